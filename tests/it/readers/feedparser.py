"""Reads a feed from stdin with feedparser, and writes what it has of each entry as JSON."""
import calendar
import json
import sys

import feedparser

feed = feedparser.parse(sys.stdin.buffer.read())
if feed.bozo:
    sys.exit(f"feedparser finds fault: {feed.bozo_exception}")


def told(entry):
    contents = [part.value for part in entry.get("content", [])]
    # Not entry.link, which is the id of an Atom entry without a link.
    pages = [link.href for link in entry.get("links", []) if link.rel == "alternate"]
    return {
        "title": entry.title,
        "link": pages[0] if pages else "",
        "id": entry.id,
        "date": calendar.timegm(entry.published_parsed),
        "author": entry.get("author", ""),
        "content": contents[0] if contents else entry.get("summary", ""),
        "file": entry.enclosures[0].href if entry.enclosures else "",
        "categories": [tag.term for tag in entry.get("tags", [])],
        "rights": entry.get("rights", ""),
    }


json.dump([told(entry) for entry in feed.entries], sys.stdout)
