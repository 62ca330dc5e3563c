"""The tables of docs/ leave nothing out, and name nothing that is not there."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from importlib.metadata import entry_points

import pytest

from dnsauth import documents
from dnsauth.apply.receipt import Entry, Outcome, Receipt, document
from dnsauth.audit.chain import Walked
from dnsauth.catalogue import schema as service_schema
from dnsauth.checks import extent, rotation
from dnsauth.checks.rules import guards as guard_rules
from dnsauth.cli.exit import Exit
from dnsauth.desired.load import Repository
from dnsauth.desired.model import Desired
from dnsauth.diff import model as diff_model
from dnsauth.dmarc import Discovery, Found
from dnsauth.explain import Explained
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.github.outcome import Done, Posted
from dnsauth.inventory.schema import json_schema
from dnsauth.keys import store
from dnsauth.live.servers import Missing, Server
from dnsauth.live.standing import Standing, State, Verified
from dnsauth.lock import file as lock_file
from dnsauth.lock import keys, keys_file
from dnsauth.lock.keys import Key, Reported, Revocation, Seen, Word
from dnsauth.lock.observed import Observed
from dnsauth.lock.observed_changes import Changes
from dnsauth.octodns.settings import _OURS
from dnsauth.output import adoption as of_imports
from dnsauth.output import audit_page, explain, refresh
from dnsauth.output import domain_connect as of_templates
from dnsauth.output import json as answers
from dnsauth.output import keys as of_keys
from dnsauth.output import profiles as of_profiles
from dnsauth.output import reports as of_reports
from dnsauth.output import status as of_status
from dnsauth.output import trail as of_trail
from dnsauth.pack.agenda import Item, When
from dnsauth.pack.model import Report as Pack
from dnsauth.plan import file as plan_file
from dnsauth.plan import reviewed
from dnsauth.plan.model import Plan, ZonePlan
from dnsauth.profiles.assess import Answer, Answered, Assessment
from dnsauth.profiles.model import Level
from dnsauth.profiles.read import read as read_profiles
from dnsauth.records import spf
from dnsauth.reports.model import Report as Received
from dnsauth.reports.model import Row, Signature
from dnsauth.reports.summary import summarised
from dnsauth.rotation import report_file
from dnsauth.rotation.due import Wait
from dnsauth.rotation.reports import Report
from dnsauth.signers import ses, signer
from dnsauth.signers.terms import Terms
from dnsauth.spf import Evaluation, Result
from dnsauth.spf.reading import Reach
from dnsauth.spf.tree import tree
from dnsauth.templating import FILTERS, expression
from tests.markdown import DOCUMENTS, ROOT, Document, codes

FILES, PLANS, SERVICES, STANDARDS, OCTODNS, REFERENCE, LIBRARY, LIVE = (
    Document(f"docs/{name}.md")
    for name in ("files", "plans", "services", "standards", "octodns", "reference", "library", "live")
)
RECEIPT = Receipt("", "", "", "", (Entry(ZonePlan("", "", "", ""), Outcome.DONE),))

EXPLAINED = explain.as_json(
    Explained(
        *("", tree("example.com.", lambda *_: ("v=spf1 -all",)), {}, frozenset()),
        *(Evaluation(Result.NONE, ""), Discovery("", True, Found("", ""), Found("", "")), "", ()),
    )
)


WHEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
OURS = Key(
    *("example.com.", "s1", "own-mta", "ed25519", keys.State.ACTIVE, WHEN, WHEN),
    *("k=ed25519; p=+movzn9768oHpoJKNBAD4GHZQCq7TxcPce/vPSogFm4=", "mail-keys", "mta"),
    seen=Seen(WHEN, ("ns1.example.net.",), 300),
    words=(Word("mx1.example.com", WHEN, signs=True),),
    revocation=Revocation(WHEN, "ops", "stolen"),
    reported=Reported(WHEN, "google.com"),
)
AT = ("example.com.", "s1")
OF_KEYS = (
    of_keys.as_json([of_keys.Told("example.com.", OURS, Wait(WHEN, "time"))], []),
    of_keys.stores_json([OURS], [], []),
    of_keys.records_json([OURS]),
    json.loads(report_file.write([Report("mx1.example.com", "mta", WHEN, {AT: ""}, frozenset({AT}))])),
)

PACK = Pack("", date(2026, 1, 1), WHEN, "", "", {}, (), (), (), (), (), ())
OF_CHECKS = (
    answers.rule(guard_rules.UNREAD, "", ""),
    of_status.as_json(PACK, (Item(When.TODAY, "", "", ""),)),
    audit_page.as_json(PACK),
)


def properties(form: dict, prefix: str = "") -> dict[str, tuple[object, bool]]:
    """Default, and whether it must be there, by key, of a form in a JSON Schema."""
    required = form.get("required", ())
    return {
        f"{prefix}{key}": (value.get("default"), key in required) for key, value in form["properties"].items()
    }


ZONE, CONFIG_FILE = json_schema("zone"), json_schema("config")
DEFS = {**ZONE["$defs"], **CONFIG_FILE["$defs"]}
SERVICE = service_schema.json_schema()
KEYS = {
    (FILES, "zones/NAME.yaml"): [(ZONE, ""), ("Reports", "reports.")],
    (FILES, "A mail domain"): [("MailDomain", "")],
    (FILES, "`dmarc`"): [("DmarcPolicy", ""), ("Cname", "")],
    (FILES, "`mta_sts`, `bimi`, `keep`, `spf`"): [
        *(("MtaSts", "mta_sts."), ("Bimi", "bimi."), ("Keep", "keep[]."), ("Spf", "spf.")),
    ],
    (FILES, "Senders"): [("Sender", ""), ("Flatten", "flatten.")],
    (FILES, "Keys of your own"): [("OwnKeys", "dkim.")],
    (FILES, "dnsauth.yaml"): [
        *(
            (CONFIG_FILE, ""),
            ("Reputation", "reputation."),
            ("Defaults", "defaults."),
            ("Live", "live."),
            ("Ignore", "live.ignore[]."),
        ),
        ("Rotation", "rotation."),
    ],
    (FILES, "`waivers`"): [("Waiver", "")],
    (FILES, "`notify`"): [("Notify", "")],
    (FILES, "`audit`"): [("Audit", "")],
    (FILES, "`agreements`"): [("Agreement", "")],
    (SERVICES, "A definition"): [
        (SERVICE, ""),
        *((SERVICE["$defs"]["Spf"], "spf."), (SERVICE["$defs"]["Rotation"], "rotation.")),
    ],
    (SERVICES, "Parameters"): [(SERVICE["$defs"]["Parameter"], "")],
    (SERVICES, "What tells it"): [(SERVICE["$defs"]["Detect"], "")],
}


@pytest.mark.parametrize(("document", "heading"), KEYS, ids=str)
def test_every_key_is_told_with_its_default_and_whether_it_must_be_there(document, heading):
    known = {
        key: said
        for form, prefix in KEYS[document, heading]
        for key, said in properties(DEFS[form] if isinstance(form, str) else form, prefix).items()
    }
    told = {key: row.cells["absent"] for row in document.table(heading) for key in row.codes}
    by_key = {"spf"} if heading == "A definition" else set()  # told by what stands in it
    assert known.keys() - by_key == told.keys()
    for key, absent in told.items():
        default, required = known[key]
        if heading != "`dmarc`":  # where it is a CNAME, or is not
            assert required == (absent == "an error"), key
        if isinstance(default, bool | int) or (default and not isinstance(default, dict)):
            assert str(default).lower() in codes(absent), key


def test_every_form_is_told():
    forms = {name for name, form in DEFS.items() if "properties" in form}
    assert forms == {form for pairs in KEYS.values() for form, _ in pairs if isinstance(form, str)}


def test_every_rule_of_a_plan_is_told_and_what_waives_it():
    defined = (*vars(guard_rules).values(), *vars(rotation).values())
    known = {rule for rule in defined if isinstance(rule, Rule) and rule.code.startswith("PLN")}
    guards = {rule.code for rule in known if rule.severity is Severity.ERROR}
    headings = ("Nothing waives these", "A waiver lifts these", "Notes stop nothing")
    assert [guards - guard_rules.WAIVABLE, guard_rules.WAIVABLE, {rule.code for rule in known} - guards] == [
        {row.first for row in PLANS.table(heading)} for heading in headings
    ]


def test_limits_are_as_told():
    text = " ".join(str(row) for row in PLANS.table("A waiver lifts these"))
    for limit in (
        f"more than {extent.MAX_PERCENT} %",
        f"from {extent.FROM_RRSETS} such",
        f"more than {extent.MAX_ZONES} zones",
        f"more than {spf.MAX_LOOKUPS} lookups",
    ):
        assert limit in text


def test_every_field_of_a_receipt_is_told():
    whole = document(RECEIPT)
    inner = {f"zones[].{key}" for key in whole["zones"][0]}
    told = {row.first: row for row in PLANS.table("Receipts")}
    assert {key for first in told for key in codes(first)} == whole.keys() | inner
    assert set(codes(told["`zones[].outcome`"].cells["holds"])) == set(Outcome)


def test_every_exit_code_is_told():
    assert {*map(str, Exit), "2"} == {row.first for row in PLANS.table("Exit codes")}


def test_every_field_of_a_repository_is_told():
    told = [code for row in LIBRARY.table("A directory") for code in row.codes]
    assert sorted(told) == sorted(field.name for field in fields(Repository))


def test_every_entry_of_a_definition_is_told():
    told = {row.first: row for row in SERVICES.table("A definition")}
    entry = service_schema.Entry.model_fields.keys()
    for name, form in (
        *(("records", service_schema.Record), ("dkim", service_schema.Dkim), ("mx", service_schema.Exchange)),
        *(("sources", service_schema.Source), ("alignment", service_schema.Aligns)),
        *(("baa", service_schema.Baa), ("spf.terms", service_schema.Term)),
    ):
        assert form.model_fields.keys() - entry <= {
            word.partition(":")[0] for word in codes(str(told[f"`{name}`"]))
        }
    assert entry == set(codes(next(h for h in SERVICES.headings if h.startswith("Entries"))))


def test_every_filter_is_told_and_every_example_is_an_expression():
    examples = [
        expression(code.replace("\\|", "|"))
        for row in SERVICES.table("Expressions")
        for code in codes(row.cells["as in"])
    ]
    used = {name for one in examples for part in one.parts for name, _ in getattr(part, "filters", ())}
    assert FILTERS.keys() == used


def test_every_class_of_key_stores_and_signers_is_told_and_what_a_signer_may_be_told():
    rows = FILES.table("`signers`")
    classes = {ours.name for ours in entry_points(group=signer.GROUP)}
    assert classes == {code for row in rows if "class" in row.cells for code in row.codes}
    settings = {code: codes(row.cells["of"]) for row in rows if "setting" in row.cells for code in row.codes}
    of_files = classes - {"ses"}
    assert {*Terms._fields} == {code for code, of in settings.items() if of_files == {*of}}
    assert {*ses._SETTINGS} == {code for code, of in settings.items() if of == ("ses",)}
    assert {*signer._OTHERS} == {code for code, of in settings.items() if not of}
    stores = {ours.name for ours in entry_points(group=store.GROUP)}
    assert stores == {code for heading in Document("docs/keys.md").headings for code in codes(heading)}
    told = {code: row.cells["says"] for row in FILES.table("dnsauth.yaml") for code in row.codes}
    assert [stores, classes] == [{*codes(told[key])} - {"class"} for key in ("key_stores", "signers")]


def test_every_field_of_a_key_in_a_lock_is_told():
    (shown,) = (fence.text for fence in FILES.fences if {"recorded:", "keys:"} <= {*fence.text.splitlines()})
    lock, problems = lock_file.read(shown.encode(), "", "example.com.")
    assert () == problems
    assert shown == lock_file.write(lock).partition("\n")[2]
    (key,) = lock.keys
    whole = keys_file.line(replace(key, revocation=Revocation(key.since, "", "")), lock.zone)
    (written,) = documents.load(f"[{whole}]".encode(), "")[0]
    assert {*written} == {code for row in FILES.table("Keys in a lock") for code in row.codes}


def test_every_class_with_a_target_of_ours_is_told():
    assert _OURS.keys() == {code for row in OCTODNS.table("Providers") for code in row.codes}


def test_every_rfc_the_code_names_is_told_and_every_module_and_test_is_there():
    rows = [row for heading in ("Records", "DNS", "Elsewhere") for row in STANDARDS.table(heading)]
    named = {
        number
        for path in (ROOT / "dnsauth").rglob("*.py")
        for number in re.findall(r"RFC (\d{4})\b", path.read_text())
    }
    assert set() == named - {number for row in rows for number in re.findall(r"\d{4}", row.first)}
    for row in rows:
        for column, folder in (("module", ROOT / "dnsauth"), ("tests", ROOT)):
            paths = codes(row.cells.get(column, ""))
            assert [] == [path for path in paths if not (folder / path).is_file()]


def test_every_field_of_a_json_answer_is_told():
    told = {
        heading: {code for row in REFERENCE.table(heading) for code in row.codes}
        for heading in REFERENCE.headings
    }
    found = answers.findings([Finding(guard_rules.UNREAD, facts={"problem": "", "hint": ""})])
    records = answers.records({"example.com.": [Desired("example.com.", "example.com.", "TXT", 0, ())]})
    served = answers.verified([Verified("", (Standing(Server("", "192.0.2.1"), None),))])
    (zone,) = served["zones"]
    assert told["A finding"] == found["findings"][0].keys()
    assert told["An RRset"] == records["records"][0].keys()
    assert told["A server"] == zone["servers"][0].keys()
    assert {*zone, *Missing._fields} == set(codes(REFERENCE.text.splitlines()[-1]))
    differing = answers.diff(
        [diff_model.ZoneDiff("", (diff_model.Seen(Server("", "192.0.2.1"), None, State.AGREES),))]
    )
    (zone,) = differing["zones"]
    assert [*zone] == [code for row in LIVE.table("JSON") for code in row.codes]
    assert zone["servers"][0].keys() <= {
        code for row in LIVE.table("JSON") for code in codes(row.cells["holds"])
    }
    assert {*State} == {code for row in LIVE.table("What could not be asked") for code in row.codes}
    plan = json.loads(plan_file.write(Plan("", "", ())))
    new = refresh.document(Changes(), Observed(), {})
    heard = of_reports.as_json((), (), ())
    ours = (answers.posted("", Posted(Done.NOTHING)), json.loads(reviewed.write((), "", None)))
    whole = (
        *(*ours, *OF_KEYS),
        found,
        records,
        served,
        differing,
        answers.services([]),
        of_imports.document(()),
        of_templates.document(()),
        of_trail.as_json(()),
        of_trail.whole_json(Walked(), ()),
        plan,
        document(RECEIPT),
        new,
        heard,
        EXPLAINED,
        *OF_CHECKS,
    )
    formats = {codes(row.cells["`format`"])[0] for row in REFERENCE.table("JSON answers")}
    assert formats == {one["format"] for one in whole}


def test_every_field_of_an_answer_about_checks_is_told():
    told = {
        heading: {code for row in REFERENCE.table(heading) for code in row.codes}
        for heading in REFERENCE.headings
    }
    holds = {code: codes(row.cells["holds"]) for row in REFERENCE.table("JSON answers") for code in row.codes}
    explained, status, pack = OF_CHECKS
    assert explained.keys() - {"format"} == {*holds["dnsauth check --explain"]}
    assert status.keys() | status["agenda"][0].keys() - {"format"} <= {*holds["dnsauth status"], "format"}
    assert {*When} <= {*holds["dnsauth status"]}
    assert pack.keys() - {"format"} == told["A pack"]
    (baseline,) = read_profiles(ROOT, ["baseline"])
    (said,) = of_profiles.as_json(
        [Assessment(baseline, "example.com.", (Answered(baseline.requirements[0], Answer.MET),))]
    )
    assert said.keys() == told["A domain beside a profile"]
    (row,) = (one for one in REFERENCE.table("A domain beside a profile") if one.codes == ("requirements",))
    assert {*said["requirements"][0], *Answer, *Level} == {*codes(row.cells["holds"])}


def test_every_field_of_an_answer_about_keys_is_told():
    told = {
        heading: {code for row in REFERENCE.table(heading) for code in row.codes}
        for heading in REFERENCE.headings
    }
    answered, stores, records, deployed = OF_KEYS
    (report,) = deployed["reports"]
    assert told["A key of your own"] == answered["keys"][0].keys()
    assert told["A report of a host"] == report.keys()
    holds = {code: codes(row.cells["holds"]) for row in REFERENCE.table("JSON answers") for code in row.codes}
    said = {code for row in REFERENCE.table("A key of your own") for code in codes(row.cells["holds"])}
    for inner in (*answered["keys"][0]["hosts"], answered["keys"][0]["seen"], answered["keys"][0]["next"]):
        assert inner.keys() - {"host"} <= said | {"host"}
    assert report["keys"][0].keys() <= {
        code for row in REFERENCE.table("A report of a host") for code in codes(row.cells["holds"])
    } | {"signs"}
    assert {*stores["keys"][0]} - {*answered["keys"][0]} <= {*holds["dnsauth keys list"]}
    assert {*records["keys"][0]} - {*answered["keys"][0]} <= {*holds["dnsauth keys import"]}


def test_every_field_of_what_reports_say_is_told():
    row = Row("192.0.2.1", 1, "", "", True, True, (Signature("example.com.", "s1", "pass"),), ())
    seen = Received("google.com", "1", WHEN, WHEN, "example.com.", (row,))
    (said,) = of_reports.as_json(summarised([seen]), (), ())["domains"]
    rows = {code: row.cells["holds"] for row in REFERENCE.table("Reports of a domain") for code in row.codes}
    assert {*said} == {*rows}
    for field in ("reporters", "sources", "selectors"):
        (inner,) = said[field]
        assert {*inner} - {*said} == {*codes(rows[field])} - {*said}


def test_every_field_of_what_explain_says_is_told():
    told = {code for row in REFERENCE.table("What `explain` says") for code in row.codes}
    inner = {f"{key}.{field}" for key in ("spf", "dmarc") for field in EXPLAINED[key]}
    assert inner | EXPLAINED.keys() - {"format", "spf", "dmarc"} == told - {"dmarc.not_assessed"}
    rows = REFERENCE.table("A term")
    (term,) = EXPLAINED["spf"]["terms"]
    assert term.keys() == {code for row in rows for code in row.codes}
    assert {*Reach} == {code for row in rows if row.first == "`reach`" for code in codes(row.cells["holds"])}


def test_decisions_are_numbered_and_of_one_form():
    decisions = [one for one in DOCUMENTS if one.name.startswith("docs/decisions/")]
    assert [f"{number:03}" for number in range(1, len(decisions) + 1)] == [
        one.path.name[:3] for one in decisions
    ]
    for one in decisions:
        (heading,) = one.headings
        assert heading.startswith(f"{int(one.path.name[:3])}. ")
        assert ["Context.", "Decision.", "What we gave up."] == re.findall(
            r"^\*\*(.+?)\*\*", one.text, re.MULTILINE
        )
