"""What a pull request may bring to leak by the pack: links, odd names, secrets in the clear, stray files."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from demo.nameserver import Nameserver
from dnsauth.checks.live.reputation import called
from dnsauth.pack.masked import MASK, masked
from tests.cli.conftest import CONFIG, PARKED, Directory, fill
from tests.pack.test_pack import Links

SECRET = "hunter2-hunter2-hunter2"


@pytest.fixture
def repository(tmp_path):
    directory = Directory(tmp_path / "dns")
    with Nameserver({}) as server:
        directory.write("dnsauth.yaml", CONFIG.replace("SERVER", f"{server.address}:{server.port}"))
        fill(directory)
        yield directory


def pack(directory):
    out = directory.path.parent / "pack"
    done = directory.run("audit", "pack", "--out", str(out))
    assert 0 == done.code, done.err
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def outside(directory, name="secret.yaml"):
    elsewhere = directory.path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / name).write_text(f"password: {SECRET}\n")
    return elsewhere


@pytest.mark.parametrize(
    "link", ["templates", "templates/notes", "templates/notes.yaml", "observed.lock.yaml"]
)
def test_what_a_link_leads_to_is_not_copied(repository, link):
    to = outside(repository)
    repository.write("templates/services/.keep", "")
    path = repository.path / link
    if link == "templates":
        (path / "services/.keep").unlink()
        (path / "services").rmdir()
        path.rmdir()
    if link == "observed.lock.yaml":
        to = to / "lock.yaml"
        to.write_text(f"# {SECRET}\nversion: 1\n")
    elif link.endswith(".yaml"):
        to = to / "secret.yaml"
    path.symlink_to(to)
    files = pack(repository)
    assert "evidence/files/zones/example.com.yaml" in files
    assert not [name for name, octets in files.items() if SECRET.encode() in octets]


def test_what_lies_in_the_trail_and_is_none_of_it_is_not_copied(repository):
    repository.write("dnsauth.yaml", repository.read("dnsauth.yaml") + "audit: {}\n")
    assert repository.run("check", "--live").code in (0, 1)
    out = repository.path.parent / "pack"
    link = repository.path / "audit/2025-01.jsonl"
    link.symlink_to(outside(repository) / "secret.yaml")
    done = repository.run("audit", "pack", "--out", str(out))
    assert (1, False) == (done.code, out.exists())
    assert "the audit trail" in done.err
    link.unlink()
    repository.write("audit/key.pem", SECRET)
    assert 1 == repository.run("audit", "pack", "--out", str(out)).code
    held = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert ["2026-06.jsonl"] == [path.name for path in held if "audit" in path.parts[-2:-1]]
    assert not [path for path, octets in held.items() if SECRET.encode() in octets]


@pytest.mark.parametrize(
    "name",
    [
        '"><script>alert(1)<',
        "a#b",
        "a?b",
        "100%41",
        "..\\..\\index",
        "a b",
        "javascript:alert(1)",
        "new\nline",
        "\u202egnihton",
        "\x1b[2J",
        b"\xff".decode("utf-8", "surrogateescape"),
    ],
)
def test_a_file_of_any_name_is_a_file_of_its_folder(repository, name):
    zone = PARKED.replace("domains:", "zones: [example.org]\ndomains:")
    (repository.path / f"zones/{name}.yaml").write_text(zone.replace("parked: true", "dmarc: {policy: none}"))
    files = pack(repository)
    page = Links(files["index.html"].decode())
    assert not {"script", "img"} & set(page.tags)
    for link in page.found:
        assert link.startswith("#") or unquote(link) in files, link
        assert link.startswith(("#", "evidence/", "MANIFEST.sha256"))
    names = [line[66:] for line in files["MANIFEST.sha256"].decode().splitlines()]
    assert sorted(files.keys() - {"MANIFEST.sha256"}) == names
    assert 4 == sum(each.startswith("evidence/files/zones/") for each in names) + 1


CASES = {
    f"providers: {{p: {{class: x.Y, token: {SECRET}}}}}": f"providers: {{p: {{class: x.Y, token: {MASK}}}}}",
    f"providers:\n  p:\n    class: x.Y  # ours\n    key_secret: '{SECRET}'\n": f"providers:\n  p:\n    class: x.Y  # ours\n    key_secret: '{MASK}'\n",
    f"providers: {{p: {{auth: {{user: {SECRET}, list: [{SECRET}]}}}}}}": f"providers: {{p: {{auth: {{user: {MASK}, list: [{MASK}]}}}}}}",
    f"providers: {{p: {{host: 'https://me:{SECRET}@example.com'}}}}": f"providers: {{p: {{host: '{MASK}'}}}}",
    f"providers: {{p: {{token: env/TOKEN/{SECRET}}}}}": f"providers: {{p: {{token: {MASK}}}}}",
    f"key_stores: {{p: {{class: vault, role_id: a, secret_id: {SECRET}}}}}": f"key_stores: {{p: {{class: vault, role_id: a, secret_id: {MASK}}}}}",
    f"providers:\n  p: {{class: x.Y}}  # token: {SECRET}\n#  api_key: {SECRET}\n": f"providers:\n  p: {{class: x.Y}}  # token: {MASK}\n#  api_key: {MASK}\n",
    "reputation: [abcdefghij0123456789xyz.zen.example.net]": f"reputation: [{MASK}]",
    f"providers:\n  p:\n    token: |\n      {SECRET}\n    class: x.Y\n": None,
    f"providers:\n  p:\n    token: >-\n      {SECRET}\n      {SECRET}\n": None,
}
STAYS = [
    "providers: {p: {class: x.Y, token: env/TOKEN, key_name: k., key_algorithm: hmac-sha256, port: 53}}",
    "providers: {secret-dns: {class: x.Y, host: 192.0.2.1}}  # the key is rotated by hand",
    "key_stores: {mail-keys: {class: age, directory: keys, recipients: [age1xyz]}}",
    "reputation: [zen.example.net]",
    'waivers: [{rule: DKM011, where: example.com, why: "token: old"}]',
]


@pytest.mark.parametrize("text", CASES)
def test_a_secret_in_the_clear_is_left_out_and_all_else_stays(text):
    found = masked(text.encode()).decode()
    assert SECRET not in found
    if CASES[text] is not None:
        assert CASES[text] == found


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_secret_stays(text):
    assert text == masked(text.encode()).decode()


def test_a_literal_secret_is_in_no_file_of_the_pack_which_says_so(repository):
    config = repository.read("dnsauth.yaml").replace("escaped_semicolons: false", f"token: {SECRET}")
    repository.write("dnsauth.yaml", config)
    files = pack(repository)
    assert not [name for name, octets in files.items() if SECRET.encode() in octets]
    assert ["dnsauth.yaml"] == json.loads(files["evidence/inventory.json"])["masked"]


def test_a_list_is_called_without_the_key_of_its_subscriber():
    assert "KEY.zen.example.net" == called("abcdefghij0123456789xyz.zen.example.net.")
    assert "bl.example-reputation-service.org" == called("bl.example-reputation-service.org.")
