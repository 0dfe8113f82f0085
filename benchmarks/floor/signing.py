"""The headers that sign a request to the service: the same hashes as `bot.codearts.signature`, and nothing else."""

import hashlib
import hmac
import os
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

_SIGNED = "content-type;host;operator;x-project-id;x-sdk-date"


def signed_headers(method: str, url: str, operator: str = "alice") -> dict[str, str]:
    """Headers for a request without a body, whose query's names are in order."""
    parts = urlsplit(url)
    headers = {
        "Content-Type": "application/json",
        "Host": parts.netloc,
        "operator": operator,
        "X-Project-Id": os.environ["HUAWEICLOUD_SDK_PROJECT_ID"],
        "X-Sdk-Date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
    }
    lines = "".join(f"{name.lower()}:{value}\n" for name, value in headers.items())
    path = quote(parts.path, safe="/~")
    canonical = "\n".join([method, f"{path}/", parts.query, lines, _SIGNED, hashlib.sha256(b"").hexdigest()])
    to_sign = f"SDK-HMAC-SHA256\n{headers['X-Sdk-Date']}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = os.environ["HUAWEICLOUD_SDK_SK"].encode()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    access = os.environ["HUAWEICLOUD_SDK_AK"]
    headers["Authorization"] = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders={_SIGNED}, Signature={signature}"
    return headers
