"""Makes the database that govulncheck reads of a checkout of github.com/golang/vulndb, for machines that do not reach the published one:
vulndb.py CHECKOUT FOLDER; then VULNDB=file:///FOLDER make security. The format is https://go.dev/security/vuln/database#api.
"""
import json
import pathlib
import shutil
import sys

entries = sorted(pathlib.Path(sys.argv[1], "data", "osv").glob("*.json"))
if not entries:
    sys.exit(f"vulndb: expected a checkout of github.com/golang/vulndb with data/osv, got {sys.argv[1]}")
out = pathlib.Path(sys.argv[2]).resolve()
for part in ("ID", "index"):
    (out / part).mkdir(parents=True, exist_ok=True)
modules, known = {}, []
for entry in entries:
    shutil.copyfile(entry, out / "ID" / entry.name)
    v = json.loads(entry.read_text(encoding="utf-8"))
    known.append({"id": v["id"], "modified": v["modified"], "aliases": v.get("aliases", [])})
    for affected in v.get("affected", []):
        fixed = [event["fixed"] for r in affected.get("ranges", []) for event in r["events"] if event.get("fixed")]
        one = {"id": v["id"], "modified": v["modified"]} | ({"fixed": fixed[-1]} if fixed else {})
        modules.setdefault(affected["package"]["name"], {})[v["id"]] = one
for name, index in {
    "db": {"modified": max(v["modified"] for v in known)},
    "modules": [{"path": path, "vulns": list(of.values())} for path, of in sorted(modules.items())],
    "vulns": known,
}.items():
    (out / "index" / f"{name}.json").write_text(json.dumps(index), encoding="utf-8")
print(f"{len(known)} entries, {len(modules)} modules: VULNDB={out.as_uri()}")
