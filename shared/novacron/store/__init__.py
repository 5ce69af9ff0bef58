"""DynamoDB. Only this package knows keys; every one of them begins with the tenant."""
