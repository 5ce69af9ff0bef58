# The event function in Google Cloud, in the project whose VMs it watches.
# python -m infra.hosts gcp && (cd build/gcp && zip -qr ../gcp.zip .) && terraform -chdir=infra/gcp apply
variable "project" { type = string }
variable "region" { type = string }
variable "aws_role_arn" { type = string }
variable "aws_region" { type = string }
variable "audience" { type = string }
variable "table" { type = string }
variable "secret_prefix" {
  type    = string
  default = "novacron"
}

provider "google" {
  project = var.project
  region  = var.region
}

resource "google_service_account" "events" {
  account_id   = "novacron-events"
  display_name = "NovaCron's event function"
}

resource "google_project_iam_member" "receives" {
  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = "serviceAccount:${google_service_account.events.email}"
}

resource "google_storage_bucket" "source" {
  name                        = "${var.project}-novacron-events"
  location                    = var.region
  uniform_bucket_level_access = true
}

resource "google_storage_bucket_object" "source" {
  name   = "events-${filesha256("${path.module}/../../build/gcp.zip")}.zip"
  bucket = google_storage_bucket.source.name
  source = "${path.module}/../../build/gcp.zip"
}

resource "google_cloudfunctions2_function" "vm_changed" {
  name     = "novacron-vm-changed"
  location = var.region

  build_config {
    runtime     = "python313"
    entry_point = "vm_changed"
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }

  service_config {
    available_memory      = "512M"
    timeout_seconds       = 60
    service_account_email = google_service_account.events.email
    environment_variables = {
      AWS_ROLE_ARN               = var.aws_role_arn
      AWS_DEFAULT_REGION         = var.aws_region
      NOVACRON_IDENTITY_AUDIENCE = var.audience
      NOVACRON_TABLE             = var.table
      NOVACRON_SECRET_PREFIX     = var.secret_prefix
    }
  }

  event_trigger {
    event_type            = "google.cloud.audit.log.v1.written"
    trigger_region        = "global"
    retry_policy          = "RETRY_POLICY_RETRY"
    service_account_email = google_service_account.events.email
    event_filters {
      attribute = "serviceName"
      value     = "compute.googleapis.com"
    }
  }
}
