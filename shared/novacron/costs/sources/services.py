"""Which FOCUS category a service of AWS or Google Cloud is in, where the export does not say.

https://focus.finops.org/focus-specification/v1-2/#servicecategory
"""

from __future__ import annotations

AWS = {
    "AmazonEC2": "Compute",
    "AWSLambda": "Compute",
    "AmazonECS": "Compute",
    "AmazonEKS": "Compute",
    "AmazonLightsail": "Compute",
    "AmazonS3": "Storage",
    "AmazonEFS": "Storage",
    "AmazonFSx": "Storage",
    "AWSBackup": "Storage",
    "AmazonVPC": "Networking",
    "AWSDataTransfer": "Networking",
    "AWSELB": "Networking",
    "AmazonRoute53": "Networking",
    "AmazonCloudFront": "Networking",
    "AmazonApiGateway": "Networking",
    "AmazonRDS": "Databases",
    "AmazonDynamoDB": "Databases",
    "AmazonElastiCache": "Databases",
    "AmazonRedshift": "Analytics",
    "AmazonAthena": "Analytics",
    "AWSGlue": "Analytics",
    "AmazonSNS": "Integration",
    "AWSQueueService": "Integration",
    "AWSEvents": "Integration",
    "AmazonStates": "Integration",
    "AmazonCloudWatch": "Management and Governance",
    "AWSCloudTrail": "Management and Governance",
    "AWSConfig": "Management and Governance",
    "AWSSystemsManager": "Management and Governance",
    "awskms": "Security",
    "AWSSecretsManager": "Security",
    "AmazonGuardDuty": "Security",
    "awswaf": "Security",
    "AmazonSageMaker": "AI and Machine Learning",
    "AmazonBedrock": "AI and Machine Learning",
}
"""By service code: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-product.html"""

AWS_NAMES = {
    "AmazonEC2": "Amazon Elastic Compute Cloud",
    "AmazonS3": "Amazon Simple Storage Service",
    "AWSDataTransfer": "AWS Data Transfer",
    "AmazonVPC": "Amazon Virtual Private Cloud",
    "AWSELB": "Elastic Load Balancing",
}

GOOGLE = {
    "Compute Engine": "Compute",
    "Kubernetes Engine": "Compute",
    "Cloud Run": "Compute",
    "Cloud Run Functions": "Compute",
    "App Engine": "Compute",
    "Cloud Storage": "Storage",
    "Cloud Filestore": "Storage",
    "Backup for GKE": "Storage",
    "Networking": "Networking",
    "Cloud DNS": "Networking",
    "Cloud SQL": "Databases",
    "Cloud Spanner": "Databases",
    "Cloud Bigtable": "Databases",
    "Cloud Memorystore for Redis": "Databases",
    "AlloyDB": "Databases",
    "BigQuery": "Analytics",
    "Cloud Dataflow": "Analytics",
    "Cloud Dataproc": "Analytics",
    "Cloud Pub/Sub": "Integration",
    "Cloud Scheduler": "Integration",
    "Cloud Logging": "Management and Governance",
    "Cloud Monitoring": "Management and Governance",
    "Cloud Key Management Service (KMS)": "Security",
    "Secret Manager": "Security",
    "Vertex AI": "AI and Machine Learning",
}
"""By service.description of the billing export."""

OTHER = "Other"

SPLIT = {
    "Amazon Elastic Compute Cloud|Storage": "Amazon Elastic Block Store",
    "Amazon Elastic Compute Cloud|Networking": "AWS Data Transfer",
    "Compute Engine|Storage": "Persistent Disk",
    "Compute Engine|Networking": "Networking",
}
"""Service and category -> the name of that part of it: FOCUS wants one category a service."""

SUBCATEGORY = {
    "Amazon Elastic Compute Cloud": "Virtual Machines",
    "Amazon Elastic Block Store": "Block Storage",
    "Amazon Simple Storage Service": "Object Storage",
    "AWS Data Transfer": "Network Connectivity",
    "AWS Lambda": "Serverless Compute",
    "Compute Engine": "Virtual Machines",
    "Persistent Disk": "Block Storage",
    "Cloud Storage": "Object Storage",
    "Virtual Machines": "Virtual Machines",
}

UNITS = {
    "Hrs": "Hours",
    "GB-Mo": "GB-Months",
    "GB-month": "GB-Months",
    "GB-Hours": "GB-Hours",
    "IOPS-Mo": "IOPS-Months",
    "Lambda-GB-Second": "GB-Seconds",
    "hour": "Hours",
    "second": "Seconds",
    "seconds": "Seconds",
    "month": "Months",
    "gibibyte": "GiB",
    "gibibyte hour": "GiB-Hours",
    "gibibyte month": "GiB-Months",
    "byte": "B",
    "bytes": "B",
    "byte-seconds": "B-Seconds",
    "count": "Units",
    "requests": "Requests",
}
"""Providers' units in FOCUS's form: https://focus.finops.org/focus-specification/v1-2/#unitformat"""
