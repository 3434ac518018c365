"""How a report of explanations looks, on the screen and on paper: black on white, in the reader's own sans serif."""

STYLE = """
:root { color: #1d2127; background: #ffffff; font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 0.95rem; margin: 1.4rem 0 0.3rem; }
header { margin-bottom: 2.2rem; }
header p { margin: 0.3rem 0 0; }
section { border-top: 1px solid #d9dce1; padding: 1.6rem 0 1.2rem; }
.quiet, figcaption, .question { color: #5b636e; }
.question { margin: 0.2rem 0 0; }
.notice { font-weight: 600; font-size: 0.9rem; margin: 1.2rem 0 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; margin: 1rem 0 0; }
figure { margin: 0; break-inside: avoid; }
figure img { width: 100%; max-height: 34rem; object-fit: contain; object-position: left top; display: block; }
figcaption { font-size: 0.85rem; }
.columns { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 0 2.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.22rem 1rem 0.22rem 0; border-bottom: 1px solid #eceef1; }
th { font-weight: 400; color: #5b636e; white-space: nowrap; }
td { overflow-wrap: anywhere; width: 99%; }
td i { color: #8b939d; font-size: 0.85em; margin-left: 0.4em; }
ul { margin: 0; padding-left: 1.2rem; }
footer { display: none; }
@media (max-width: 44rem) { .columns { grid-template-columns: minmax(0, 1fr); } th { white-space: normal; } }
@media print {
  @page { size: A4; margin: 16mm 15mm 20mm; }
  body { padding: 0; max-width: none; font-size: 9.5pt; }
  section { break-before: page; border: none; padding-top: 0; }
  header + section { break-before: auto; }
  section > .notice { display: none; }
  footer { display: block; position: fixed; bottom: -9mm; left: 0; font-size: 8pt; color: #5b636e; }
}
"""
