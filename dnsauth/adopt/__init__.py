"""Live records → an inventory that would produce them."""
