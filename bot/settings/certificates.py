"""`SSL_CERT_FILE` and `SSL_CERT_DIR`: which authorities every client trusts (Slack, CodeArts Check, IAM, Redis).

OpenSSL reads them by itself, but silently skips missing files. Then each service fails with "untrusted authority", and
nobody knows why. So they are checked at the start.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path

from bot.settings.faults import Fault

_FILE, _FOLDER = "SSL_CERT_FILE", "SSL_CERT_DIR"


def certificate_faults(environ: Mapping[str, str]) -> list[Fault]:
    """What is wrong with the certificates to trust; nothing if the variables are not set."""
    faults = []
    if file := environ.get(_FILE):
        faults += _wrong_with(Path(file))
    if folder := environ.get(_FOLDER):
        faults += [
            Fault(_FOLDER, f"names {each}, which is not a folder", "Correct the path, or unset the variable.")
            for each in folder.split(":")
            if each and not Path(each).is_dir()
        ]
    return faults


def _wrong_with(file: Path) -> list[Fault]:
    try:
        ssl.create_default_context(cafile=file)
    except FileNotFoundError:
        return [Fault(_FILE, f"names {file}, which does not exist", "Correct the path, or unset the variable.")]
    except ssl.SSLError:
        hint = "It must be a PEM file: one or more blocks that begin with -----BEGIN CERTIFICATE-----."
        return [Fault(_FILE, f"names {file}, which holds no certificate that can be read", hint)]
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        return [Fault(_FILE, f"names {file}, which cannot be read ({reason})", "Let the bot's user read it.")]
    return []
