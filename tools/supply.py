"""Supply chain checks: `sbom [--check]`, `audit`, `secrets
[--accept]`.

sbom: docs/sbom.cdx.json (CycloneDX) from requirements.txt; --check fails when it is stale. audit:
the pinned packages against the database of known vulnerabilities; exit code 1 when one is known, 3
when the database cannot be reached from here and nothing was audited. secrets: passwords and keys
in committed files that .secrets.baseline does not know; --accept takes those found as reviewed.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SBOM, BASELINE = ROOT / "docs" / "sbom.cdx.json", ROOT / ".secrets.baseline"
NOT_READ = (
    "tests/data/",
    "docs/img/",
    "requirements",
    "docs/sbom.cdx.json",
    ".secrets.baseline",
    "protocol/codes/",
)
UNREACHABLE = 3


def main(arguments) -> int:
    if not arguments or arguments[0] not in ("sbom", "audit", "secrets"):
        print(__doc__, file=sys.stderr)
        return 2
    return {"sbom": sbom, "audit": audit, "secrets": secrets}[arguments[0]](*arguments[1:])


def sbom(check=None) -> int:
    text = (
        json.dumps(
            without_addresses(
                run("cyclonedx-py", "requirements", "--output-reproducible", "requirements.txt")
            ),
            indent=1,
        )
        + "\n"
    )
    if check and (not SBOM.exists() or SBOM.read_text() != text):
        print("docs/sbom.cdx.json is out of date. Type: make sbom", file=sys.stderr)
        return 1
    if not check:
        SBOM.write_text(text)
    return 0


def without_addresses(found):
    "Packages by name, version and hashes: where they were fetched from is not a property of theirs"
    for component in found["components"]:
        listed = {
            one["content"]
            for reference in component.pop("externalReferences", ())
            for one in reference.get("hashes", ())
        }
        component.pop("description", None)
        component["bom-ref"] = component["purl"]
        component["hashes"] = [{"alg": "SHA-256", "content": one} for one in sorted(listed)]
    found["metadata"].pop("tools", None)
    found["dependencies"] = []
    return found


def run(command, *arguments):
    done = subprocess.run(
        [BIN / command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def audit() -> int:
    for service in ("pypi", "osv"):
        asked = (
            "--disable-pip",
            "--no-deps",
            "--progress-spinner",
            "off",
            "--format",
            "json",
            "--vulnerability-service",
            service,
        )
        found = (run("pip-audit", "-r", "requirements.txt", *asked) or {}).get("dependencies", [])
        audited = [one for one in found if "skip_reason" not in one]
        if audited:
            return tell(audited, len(found) - len(audited), service)
    print(
        "No database of vulnerabilities can be reached from here: nothing was audited. Run it where"
        " there is a network.",
        file=sys.stderr,
    )
    return UNREACHABLE


def tell(audited, skipped, service) -> int:
    known = [(one["name"], one["version"], each) for one in audited for each in one["vulns"]]
    for name, version, each in known:
        print(
            f"{name} {version}: {each['id']}, fixed in"
            f" {', '.join(each['fix_versions']) or 'no version yet'}"
        )
    print(
        f"{len(audited)} packages audited ({service}), {skipped} not known there, {len(known)}"
        " vulnerabilities."
    )
    return 1 if known else 0


def secrets(accept=None) -> int:
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = SecretsCollection(root=str(ROOT))
    with default_settings():
        found.scan_files(
            *(name for name in listed if not name.startswith(NOT_READ) and (ROOT / name).is_file())
        )
    if accept:
        lines = sorted({(name, secret.type, secret.secret_hash) for name, secret in found})
        BASELINE.write_text(json.dumps({"reviewed_as_no_secrets": lines}, indent=1) + "\n")
        return 0
    known = {
        (name, hashed)
        for name, _, hashed in json.loads(BASELINE.read_text())["reviewed_as_no_secrets"]
    }
    new = [(name, secret) for name, secret in found if (name, secret.secret_hash) not in known]
    for name, secret in new:
        print(
            f"{name}:{secret.line_number}: {secret.type}. Remove it; if it is not a secret: python"
            " -m tools.supply secrets --accept",
            file=sys.stderr,
        )
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
