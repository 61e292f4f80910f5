"""What a brand may offer its customers: redress, answers that others read."""
