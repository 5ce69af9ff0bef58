"""Microsoft.Network: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/"""
