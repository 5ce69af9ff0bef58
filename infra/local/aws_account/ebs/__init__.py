"""The EBS direct APIs: https://docs.aws.amazon.com/ebs/latest/APIReference/Welcome.html"""
