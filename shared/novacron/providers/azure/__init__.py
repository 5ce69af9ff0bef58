"""Azure, through the azure-mgmt libraries. Nothing outside this folder imports them."""
