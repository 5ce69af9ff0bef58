"""Amazon EC2 and EBS, through boto3. Nothing outside this folder imports the SDK."""
