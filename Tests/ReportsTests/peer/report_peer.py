#!/usr/bin/env python3
"""An independent reader of reports, with lxml, to compare ours with.

Reads lines of base64, each an XML document; writes for each a line of JSON: {"error": text} or {"lines": [text]},
where each text is one row or finding, its fields joined by "|" and a missing one written as "-".
"""
import base64
import json
import re
import sys
from collections import Counter

from lxml import etree

FLAGS = ["condition_flags", "observed_flags", "control_bits"]
# element: (wire attribute, type, expected, essential), in the order they are printed
ATTRIBUTES = {
    "perf_report": [("report_timestamp", "int", 1, 0), ("webcomm_version", "text", 0, 0)],
    "envoy": [("serial_num", "text", 1, 1), ("ip_addr", "text", 1, 0), ("mac_addr", "text", 1, 0),
              ("timezone", "text", 1, 0), ("part_num", "text", 1, 0), ("sw_version", "text", 1, 0),
              ("latitude", "decimal", 0, 0), ("longitude", "decimal", 0, 0), ("emu_region", "text", 0, 0)],
    "device": [("eqid", "text", 1, 1), ("device_type", "int", 1, 0), ("part_num", "text", 1, 0),
               ("admin_state", "int", 1, 0), ("image_bits", "flags", 1, 0)] + [(f, "flags", 1, 0) for f in FLAGS],
    "channel": [("eqid", "text", 1, 1), ("channel_type", "int", 1, 0)] + [(f, "flags", 1, 0) for f in FLAGS],
    "interval": [("id", "int", 1, 0), ("eqid", "text", 1, 1), ("end_date", "int", 1, 1),
                 ("interval_duration", "int", 1, 1), ("stat_duration", "int", 1, 0), ("stats", "stats", 1, 0)],
    "reading": [("id", "int", 1, 0), ("eqid", "text", 1, 1), ("date", "int", 1, 1), ("duration", "int", 1, 1),
                ("flags", "flags", 1, 0), ("stats", "stats", 1, 0)],
    "event": [("id", "int", 1, 1), ("event_code", "int", 1, 1), ("event_state", "int", 1, 0),
              ("event_date", "int", 1, 1), ("eqid", "text", 1, 0), ("serial_num", "text", 0, 0),
              ("correlation_id", "int", 0, 0), ("message_key", "text", 0, 0)],
    "message_params": [],
}
CHILDREN = {"perf_report": {"envoy", "device", "interval", "reading", "event"}, "device": {"channel"},
            "event": {"message_params"}}
STATS = {"interval": (1, 1), "reading": (7, 8)}
SPACE = " \t\r\n"


def integer(text):
    if not re.fullmatch(r"-?[0-9]+", text, re.ASCII):
        return None
    value = int(text)
    return value if -2**63 <= value < 2**63 else None


def flags(text):
    value = integer(text)
    return None if value is None or value < 0 else value


def decimal(text):
    try:
        return "%.6f" % float(text) if re.fullmatch(r"[-.0-9]+", text, re.ASCII) else None
    except ValueError:
        return None


class Reader:
    def __init__(self):
        self.lines, self.findings = [], Counter()

    def find(self, kind, element, attribute="-"):
        self.findings[(kind, element, attribute)] += 1

    def row(self, element):
        """The element's values as a line, or None if an essential one is missing."""
        tag = element.tag
        values, complete = [], True
        left = dict(element.attrib)
        for name, kind, expected, essential in ATTRIBUTES[tag]:
            text = left.pop(name, None)
            value = None
            if text is None:
                if expected:
                    self.find("missingAttribute", tag, name)
            elif kind == "text":
                value = text
                complete &= not essential or text != ""
            elif kind == "stats":
                value = self.stats(tag, text)
            else:
                value = {"int": integer, "flags": flags, "decimal": decimal}[kind](text)
                if value is None:
                    self.find("badNumber", tag, name)
            if essential and value is None:
                complete = False
            if kind == "stats" and value is None:
                value = ",".join("-" * STATS[tag][1])
            values.append("-" if value is None else str(value))
        for name in left:
            self.find("unknownAttribute", tag, etree.QName(name).localname[:64])
        if not complete:
            self.find("incompleteRow", tag)
            return None
        return "|".join([tag] + values)

    def stats(self, tag, text):
        items = text.split(",") if text else []
        numbers = [integer(item.strip(" ")) for item in items]
        for number in numbers:
            if number is None:
                self.find("badNumber", tag, "stats")
        least, most = STATS[tag]
        if len(numbers) < least:
            self.find("missingStats", tag, "stats")
        if len(numbers) > most:
            self.find("extraStats", tag, "stats")
        numbers = numbers[:most + 32] + [None] * (most - len(numbers))
        return ",".join("-" if n is None else str(n) for n in numbers)

    def text_of(self, element):
        return (element.text or "") + "".join(child.tail or "" for child in element)

    def read(self, element, device=None):
        tag = element.tag
        line = self.row(element)
        if line is None:
            return
        message = None
        if tag == "channel":
            line = line.replace("channel|", "channel|%s|" % device, 1)
        if self.text_of(element).strip(SPACE):
            self.find("unexpectedText", tag)
        for child in element:
            if not isinstance(child.tag, str):
                continue  # a comment or a processing instruction
            name = etree.QName(child).localname
            if child.tag not in CHILDREN.get(tag, ()) or child.prefix:
                self.find("unknownElement", tag_name(child))
            elif name == "envoy" and any(row.startswith("envoy|") for row in self.lines):
                self.find("repeatedElement", name)
            elif name == "message_params":
                if message is not None:
                    self.find("repeatedElement", name)
                else:
                    message = self.message(child)
            else:
                self.read(child, element.get("eqid"))
        if tag == "event":
            line += "|" + ("-" if message is None else message)
        self.lines.append(line)

    def message(self, element):
        for name in element.attrib:
            self.find("unknownAttribute", element.tag, etree.QName(name).localname[:64])
        for child in element:
            if isinstance(child.tag, str):
                self.find("unknownElement", tag_name(child))
        return self.text_of(element)


def tag_name(element):
    return etree.QName(element).localname[:64]


def read(xml):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml.split(b"\0")[0].strip(SPACE.encode()), parser)
    if root.getroottree().docinfo.doctype:
        return {"error": "doctype"}
    for element in root.iter("*"):
        if element.prefix is None:
            element.tag = etree.QName(element).localname  # whatever xmlns says
    if root.tag != "perf_report":
        return {"error": "root"}
    reader = Reader()
    reader.read(root)
    found = ["finding|%s|%s|%s|%s" % (*key, "some" if key[0] == "unexpectedText" else count)
             for key, count in reader.findings.items()]
    return {"lines": sorted(reader.lines + found)}


for line in sys.stdin.buffer:
    try:
        answer = read(base64.b64decode(line))
    except etree.XMLSyntaxError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
