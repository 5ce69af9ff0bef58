"""One signed request without a body:
https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from azure.core.credentials import AzureNamedKeyCredential

VERSION = "2021-08-06"


def signed(credential: AzureNamedKeyCredential, verb: str, resource: str) -> dict[str, str]:
    """Headers of the request; ``resource`` is canonicalised already."""
    name, key = credential.named_key
    date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    text = f"{verb}{chr(10) * 12}x-ms-date:{date}\nx-ms-version:{VERSION}\n{resource}"
    digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    return {
        "x-ms-date": date,
        "x-ms-version": VERSION,
        "Authorization": f"SharedKey {name}:{signature}",
    }
