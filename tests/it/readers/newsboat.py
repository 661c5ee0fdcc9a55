"""Writes what newsboat keeps of each entry in its database as JSON, in the order of the feed."""
import json
import sqlite3
import sys

COLUMNS = "title, url, guid, pubDate, author, content, enclosure_url"
NAMES = ["title", "link", "id", "date", "author", "content", "file"]
with sqlite3.connect(sys.argv[1]) as base:
    rows = base.execute(f"SELECT {COLUMNS} FROM rss_item ORDER BY pubDate DESC, id").fetchall()
json.dump([dict(zip(NAMES, row)) for row in rows], sys.stdout)
