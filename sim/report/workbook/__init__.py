"""plan.xlsx: the decision as a workbook."""
