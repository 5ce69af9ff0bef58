"""Virtual machines: https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines"""
