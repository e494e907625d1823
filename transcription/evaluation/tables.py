"""An evaluation as tables for the screen, in Spanish. [no Django]"""

from collections.abc import Iterator, Sequence

from transcription.evaluation.bootstrap import Difference
from transcription.evaluation.reports import Compared, Heard, Run, figures

Row = Sequence[str]
Figures = dict[str, float | int | None]
NOTHING = "–"

# Heading and figure of each column; a figure is shown as its heading's kind says.
WORDS = {
    "WER": ("wer", "share"),
    "cambiadas": ("substituted", "count"),
    "perdidas": ("deleted", "count"),
    "añadidas": ("inserted", "count"),
    "de": ("words", "count"),
    "CER": ("cer", "share"),
    "sin tildes": ("wer_without_accents", "share"),
    "sin muletillas": ("wer_clean", "share"),
}
TERMS = {
    "dichos": ("terms_spoken", "count"),
    "hallados": ("term_recall", "share"),
    "precisión": ("term_precision", "share"),
    "falsos/h": ("false_terms_per_hour", "tenth"),
    "palabras añadidas/h": ("inserted_per_hour", "tenth"),
    "bucles/10 min": ("loops_per_10_min", "tenth"),
}
WORK = {
    "leer y cortar": ("front_end_rtf", "times"),
    "MB": ("front_end_rss_mb", "count"),
    "oír": ("hearing_rtf", "times"),
    " MB": ("hearing_rss_mb", "count"),
}
TABLES = {
    "Palabras": WORDS,
    "Términos de la lista y bucles": TERMS,
    "Tiempo (1 = lo que dura el audio) y memoria": WORK,
}


def tables(runs: Sequence[Run], names: Sequence[str]) -> Iterator[str]:
    """Yield the lines of every table: a line an engine and recording, then totals."""
    for title, columns in TABLES.items():
        rows = [["motor", "grabación", *(heading.strip() for heading in columns)]]
        for name, run in zip(names, runs, strict=True):
            for label, heard in _lines(run):
                found = figures(heard)
                shown = [_shown(found[key], kind) for key, kind in columns.values()]
                rows.append([name, label, *shown])
        yield f"\n{title}"
        yield from _aligned(rows)
    for name, run in zip(names, runs, strict=True):
        yield (
            f"{name}: modelo {run.model or NOTHING}, ajustes {run.settings_hash}, "
            f"cargado en {_shown(run.load.seconds, 'tenth')} s con "
            f"{run.load.rss_mb:.0f} MB; palabras comparadas con {run.normaliser}."
        )


def comparisons(compared: Sequence[Compared]) -> Iterator[str]:
    """Yield a sentence for each run beside the first."""
    for one in compared:
        yield (
            f"{one.second} frente a {one.first}: WER {_points(one.wer)}; palabras "
            f"perdidas {_points(one.deleted)}. {_verdict(one)}"
        )


def _lines(run: Run) -> Iterator[tuple[str, Sequence[Heard]]]:
    for heard in run.heard:
        yield heard.audio, [heard]
    if len(run.heard) > 1:
        yield "todas", run.heard


def _shown(value: float | int | None, kind: str) -> str:
    if value is None:
        return NOTHING
    forms = {"share": f"{value:.1%}", "tenth": f"{value:.1f}", "times": f"{value:.3f}"}
    text = forms.get(kind, f"{value:.0f}")
    return text.replace(".", ",").replace("%", " %")


def _points(difference: Difference) -> str:
    """Return a difference in points of a hundred, with its interval."""
    value, low, high = (
        f"{100 * one:+.2f}".replace(".", ",").replace("-", "−")
        for one in (difference.value, difference.low, difference.high)
    )
    return f"{value} puntos [{low}; {high}]"


def _verdict(one: Compared) -> str:
    if not one.wer.is_sure:
        return "La diferencia puede ser azar: mida más audio."
    if one.wer.value > 0:
        return f"{one.second} se equivoca más."
    lost = one.deleted.is_sure and one.deleted.value > 0
    return f"{one.second} se equivoca menos" + (
        ", pero pierde más palabras." if lost else "."
    )


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Yield rows with their columns under each other, names left, figures right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
