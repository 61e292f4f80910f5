"""Pages, pictures and the workbook, from stored results only; the model is never run here."""
