"""Checks an evidence pack with Python alone:

    python3 verify.py                          in the folder of the pack
    python3 verify.py --ledger export.jsonl    and hold its lines against a whole export of the ledger

1. Every file is the one that SHA256SUMS names, and there is no other.
2. Every line of ledger.jsonl has its own hash; lines with consecutive numbers name each other.
3. Every reason has the hash under which the ledger knows it.
4. Every receipt: its parts, its answers, its line of the ledger. (Who signed it: itaku receipt verify --key.)
5. Every file that a receipt names is there, or is told to be missing.
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
troubles = []


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def hashed(value):
    """The SHA-256 of a value in canonical form (RFC 8785)."""
    return sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def objects(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def files():
    named = dict(reversed(line.split("  ", 1)) for line in (HERE / "SHA256SUMS").read_text("utf-8").splitlines())
    there = {str(path.relative_to(HERE).as_posix()) for path in HERE.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    for name in sorted(there - named.keys()):
        troubles.append(f"{name}: nobody named this file")
    for name, wanted in sorted(named.items()):
        if name not in there:
            troubles.append(f"{name}: is not there")
        elif sha256((HERE / name).read_bytes()) != wanted:
            troubles.append(f"{name}: was changed")


def chain(lines, where):
    """Each line by itself, and where two follow each other, both together."""
    before = None
    for line in lines:
        if hashed({key: value for key, value in line.items() if key != "hash"}) != line["hash"]:
            troubles.append(f"{where}: line {line['seq']} was changed")
        if before and line["seq"] == before["seq"] + 1 and line["prev"] != before["hash"]:
            troubles.append(f"{where}: line {line['seq']} does not follow the one before")
        before = line


def receipt(path, known, absent):
    said = json.loads(path.read_text("utf-8"))
    name, line = path.name, said["ledger"]["line"]
    for part, wanted in said["parts"].items():
        if hashed(said[part]) != wanted:
            troubles.append(f"{name}: {part} was changed")
    answers = {one["id"]: one["answer"] for one in said["answers"]}
    if hashed(answers) != said["submission"]["sha256"] or said["submission"]["sha256"] != line["data"].get("sha256"):
        troubles.append(f"{name}: the answers are not those that were handed in")
    if known.get(line["seq"]) != line:
        troubles.append(f"{name}: ledger.jsonl does not have its line")
    for file in said["files"]:
        if not any((HERE / "files").glob(f"{file['sha256']}*")) and file["sha256"] not in absent:
            troubles.append(f"{name}: the file {file['sha256']} is not in the pack")


def against(path, lines):
    """The whole chain, from its first line to its head, with ours among its lines."""
    whole = objects(pathlib.Path(path))
    chain(whole, path)
    if [line["seq"] for line in whole] != list(range(1, len(whole) + 1)):
        troubles.append(f"{path}: is not whole")
    there = {line["seq"]: line for line in whole}
    troubles.extend(f"{path}: does not have line {one['seq']}" for one in lines if there.get(one["seq"]) != one)
    seq, _, head = (HERE / "head.txt").read_text("utf-8").strip().partition(":")
    if int(seq) and there.get(int(seq), {}).get("hash") != head:
        troubles.append(f"{path}: has another head than head.txt")


def reasons():
    for one in objects(HERE / "reasons.jsonl"):
        if sha256(one["text"].encode()) != one["sha256"]:
            troubles.append(f"reasons.jsonl: {one['sha256']} was changed")


def contents():
    """What the files say of each other; how many lines and receipts there are."""
    lines = objects(HERE / "ledger.jsonl")
    chain(lines, "ledger.jsonl")
    reasons()
    known = {line["seq"]: line for line in lines}
    missing = objects(HERE / "missing.jsonl")
    troubles.extend(f"{one['file']}: {one['state']} when the pack was made" for one in missing)
    absent = {pathlib.PurePath(one["file"]).name[:64] for one in missing}
    receipts = sorted((HERE / "receipts").glob("*.json"))
    for path in receipts:
        receipt(path, known, absent)
    if sys.argv[1:2] == ["--ledger"]:
        against(sys.argv[2], lines)
    return f"{len(lines)} lines, {len(receipts)} receipts"


def main():
    seen = "not read to its end"
    try:
        files()
        seen = contents()
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        troubles.append(f"something in it cannot be read ({type(error).__name__}: {error})")
    for trouble in troubles:
        print(f"NOT RIGHT  {trouble}")
    print(f"{seen}: {'NOT RIGHT' if troubles else 'all of it holds'}")
    sys.exit(1 if troubles else 0)


if __name__ == "__main__":
    main()
