"""The API reference for people: one page without scripts."""

import html
import re

from contract import WELL_KNOWN, Field

CSS = """
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif }
body { margin: 0 auto; max-width: 60rem; padding: 1rem }
code, .type { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere }
nav ul { columns: 18rem; list-style: none; padding: 0 }
section.rpc, section.type { border-top: 1px solid #8886; padding: .5rem 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8884; padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top }
.roles { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; padding: 0 }
.roles li { border: 1px solid #8888; border-radius: 1rem; padding: 0 .6rem; font-size: .85em }
h2 { margin-top: 2.5rem }
@media (max-width: 40rem) { td, th { display: block; border: 0; padding: .1rem 0 } tr { border-bottom: 1px solid #8884; display: block } }
""".lstrip()


def _anchor(name):
    return name.replace(".", "-")


def _short(name):
    return re.sub(r"^individuellplan\.(\w+)\.v1\.", "", name)


def _text(comment):
    return "".join(f"<p>{html.escape(' '.join(part.split()))}</p>"
                   for part in comment.split("\n\n") if part.strip())


def _link(contract, name):
    shown = html.escape(_short(name))
    known = name in contract.types and name not in WELL_KNOWN
    return f'<a class="type" href="#{_anchor(name)}">{shown}</a>' if known else f'<span class="type">{shown}</span>'


def _type_of(contract, field):
    entry = contract.map_entry(field)
    if entry:
        key, value = entry.descriptor.field
        return f"map of {_type_of(contract, key)} to {_type_of(contract, value)}"
    word = (_link(contract, field.type_name[1:]) if field.type_name else
            f'<span class="type">{Field.Type.Name(field.type)[5:].lower()}</span>')
    return f"list of {word}" if field.label == Field.LABEL_REPEATED else word


def _rpc(contract, rpc):
    roles = "".join(f"<li>{role}</li>" for role in rpc.roles)
    request = ("stream of " if rpc.client_streaming else "") + _link(contract, rpc.request)
    response = ("stream of " if rpc.server_streaming else "") + _link(contract, rpc.response)
    fresh = "<p>The login must be at most five minutes old.</p>" if rpc.step_up else ""
    scope = f"<p>Access tokens need the scope <code>{rpc.scope}</code>.</p>" if rpc.scope else ""
    return f"""<section class="rpc" id="{_anchor(rpc.service + '.' + rpc.name)}">
<h3>{rpc.name}</h3>{_text(rpc.comment)}{fresh}{scope}
<p><code>POST /{rpc.service}/{rpc.name}</code></p>
<p>Takes {request}, answers {response}.</p>
<ul class="roles" aria-label="Roles that may call it">{roles}</ul></section>"""


def _type(contract, type_):
    if type_.is_enum:
        head = "<tr><th scope=\"col\">Value</th><th scope=\"col\">Meaning</th></tr>"
        rows = "".join(f"<tr><td><code>{v.name}</code></td><td>{_text(type_.comments[v.name])}</td></tr>"
                       for v in type_.descriptor.value)
    else:
        head = "<tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr>"
        rows = "".join(f"<tr><td><code>{f.json_name}</code></td><td>{_type_of(contract, f)}</td>"
                       f"<td>{_text(type_.comments[f.name])}</td></tr>" for f in type_.descriptor.field)
    table = f"<table>{head}{rows}</table>" if rows else "<p>No fields.</p>"
    return (f'<section class="type" id="{_anchor(type_.name)}"><h3>{html.escape(_short(type_.name))}</h3>'
            f"{_text(type_.comment)}{table}</section>")


def build(contract):
    menu, body = "", ""
    for name, (comment, rpcs) in contract.services.items():
        items = "".join(f'<li><a href="#{_anchor(r.service + "." + r.name)}">{r.name}</a></li>' for r in rpcs)
        menu += f'<h2>{_short(name)}</h2><ul>{items}</ul>'
        body += f"<h2>{_short(name)}</h2>{_text(comment)}" + "".join(_rpc(contract, r) for r in rpcs)
    types = "".join(_type(contract, t) for t in contract.needed())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>API reference – individuell plan</title><link rel="stylesheet" href="/api/reference.css"></head>
<body><header><h1>API reference</h1>
<p>Every RPC that can be called from outside, made from the protos. Over gRPC, gRPC-Web and the Connect protocol at the
same paths. For tools: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p></header>
<nav aria-label="RPCs">{menu}</nav><main>{body}<h2>Messages and enums</h2>{types}</main></body></html>
"""
