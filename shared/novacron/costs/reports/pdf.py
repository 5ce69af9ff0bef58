"""For people, on paper."""

from __future__ import annotations

from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from novacron.models.showback import OwnerCost, Showback

INK, PALE = (31, 78, 121), (234, 240, 246)
CENT = Decimal("0.01")


def as_pdf(report: Showback) -> bytes:
    """Amounts to the cent; the other formats have every digit. Core fonts know Latin-1 alone: other
    letters show as question marks."""
    pdf = FPDF(orientation="landscape" if len(report.rules) > 2 else "portrait")
    pdf.set_title(f"Showback {report.start} to {report.end}")
    pdf.set_auto_page_break(auto=True, margin=15)
    pdf.add_page()
    _head(pdf, report)
    _table(pdf, report)
    return bytes(pdf.output())


def _head(pdf: FPDF, report: Showback) -> None:
    pdf.set_font("Helvetica", "B", 16)
    _line(pdf, "Showback", 10)
    pdf.set_font("Helvetica", size=10)
    _line(pdf, f"{report.start} up to and without {report.end}, {report.metric.value} cost", 6)
    estimated = f", of which {_money(report.estimated)} is estimated" if report.estimated else ""
    _line(pdf, f"Total: {_money(report.total)} {report.currency}{estimated}", 6)
    pdf.ln(4)


def _line(pdf: FPDF, text: str, height: int) -> None:
    pdf.cell(0, height, _latin(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _table(pdf: FPDF, report: Showback) -> None:
    pdf.set_font("Helvetica", size=9)
    heads = [report.by, "direct", *report.rules, "total", "share"]
    widths = (50, *(30 for _ in heads[1:-1]), 18)
    aligns = ("LEFT", *("RIGHT" for _ in heads[1:-1]), "RIGHT")
    with pdf.table(
        col_widths=widths,
        text_align=aligns,
        headings_style=FontFace(emphasis="BOLD", color=INK, fill_color=PALE),
        borders_layout="HORIZONTAL_LINES",
    ) as table:
        table.row([_latin(head) for head in heads])
        for one in report.owners:
            table.row([*_cells(one, one.owner, report.rules), _share(one, report.total)])
        lost = report.unallocated
        table.row([*_cells(lost, "(unallocated)", report.rules), _share(lost, report.total)])
        total = ["(total)", "", *("" for _ in report.rules), _money(report.total), ""]
        table.row(total, style=FontFace(emphasis="BOLD"))


def _cells(one: OwnerCost, name: str, rules: list[str]) -> list[str]:
    shared = [_money(one.shared[rule]) if rule in one.shared else "-" for rule in rules]
    return [_latin(name), _money(one.direct), *shared, _money(one.total)]


def _share(one: OwnerCost, total: Decimal) -> str:
    return f"{one.total / total:.1%}" if total > 0 else ""


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(CENT):,}"


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
