"""What is looked at: a TLS 1.3 server that wants a new connection and a full handshake for every request.

Debian's nginx where it is installed, else a server of our own in another process; who it was is said in the figures.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

from bench.process import companion, free_port, listening, running, say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DOMAIN = "vendor.example"
BODY = '{"ok":"' + "a" * 190 + '"}'
_PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_NGINX = """
daemon off; worker_processes 1; pid {home}/nginx.pid; error_log /dev/null; user {user};
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_timeout 0; ssl_session_cache off; ssl_session_tickets off;
  {temporary}
  server {{
    listen 127.0.0.1:{port} ssl backlog=4096;
    ssl_certificate {home}/server.pem; ssl_certificate_key {home}/server.key; ssl_protocols TLSv1.2 TLSv1.3;
    add_header Strict-Transport-Security "max-age=63072000" always;
    add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Referrer-Policy same-origin always;
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


@dataclass(frozen=True)
class Target:
    """Where it listens, who it is, and the authority that its certificate comes from."""

    port: int
    name: str
    ca_file: Path


def write_certificates(home: Path) -> None:
    """ECDSA P-256, for the domain and everything below it."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    issued = authority.issue_cert(DOMAIN, f"*.{DOMAIN}", "127.0.0.1", key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(home / "ca.pem")
    issued.private_key_pem.write_to_path(home / "server.key")
    for number, part in enumerate(issued.cert_chain_pems):
        part.write_to_path(home / "server.pem", append=number > 0)


@asynccontextmanager
async def target(home: Path) -> AsyncIterator[Target]:
    await asyncio.to_thread(write_certificates, home)
    nginx, port = shutil.which("nginx") or shutil.which("/usr/sbin/nginx"), free_port()
    if nginx is None:
        async with companion("bench.target:serve", home=str(home), port=port):
            yield Target(port, "a server of ours (apt-get install nginx for another)", home / "ca.pem")
        return
    temporary = " ".join(f"{place}_temp_path {home}/{place};" for place in _PLACES)
    text = _NGINX.format(home=home, port=port, body=BODY, temporary=temporary, user=(home / "ca.pem").owner())
    await asyncio.to_thread((home / "nginx.conf").write_text, text)
    async with running(nginx, "-c", str(home / "nginx.conf"), "-p", str(home)):
        await listening(port)
        yield Target(port, "nginx", home / "ca.pem")


async def serve(home: str, port: int) -> None:
    """The stand-in: reads a request, answers, hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{home}/server.pem", f"{home}/server.key")
    context.num_tickets = 0
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n\r\n{BODY}".encode()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # a look at the certificate alone hangs up here
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, ssl=context, backlog=4096)
    say(port=port)
    await server.serve_forever()
