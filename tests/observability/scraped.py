"""What `/metrics` answers, as a scraper reads it."""

from collections.abc import Mapping

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

Scraped = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(port: int) -> Scraped:
    """The samples, by name and labels."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(scraped: Scraped, name: str, **labels: str) -> float:
    """One sample; 0 if it is not there, as a counter is before its first event."""
    return scraped.get((f"codecheck_{name}", frozenset(labels.items())), 0.0)


def grown(before: Scraped, after: Scraped, name: str, **labels: str) -> float:
    """By how much a sample has grown: the registry is the process's, and other tests count in it as well."""
    return of(after, name, **labels) - of(before, name, **labels)
