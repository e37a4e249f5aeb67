"""The world that the probe's tests look at: authorities, certificates, odd servers, a name server; all on loopback."""

from __future__ import annotations

import asyncio
import ssl
import struct
import tempfile
import warnings
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from monitor.probe import Override, Probe, ProbeSettings

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
LOOPBACK = (ip_network("127.0.0.1/32"),)
NXDOMAIN, SERVFAIL, NODATA, SILENT = 3, 2, 0, None


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def names_of(hosts):
    return x509.SubjectAlternativeName([_general(host) for host in hosts])


def _general(host):
    with suppress(ValueError):
        return x509.IPAddress(ip_address(host))
    return x509.DNSName(host)


@dataclass
class Issued:
    """A certificate with its key, able to issue others and to dress a server."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def pem(self, *, with_chain=True):
        chain = (self.certificate, *(self.above if with_chain else ()))
        return b"".join(link.public_bytes(serialization.Encoding.PEM) for link in chain)

    def server(self, *, with_chain=True, old=False, newest=False, suites="ECDHE:!NULL:!3DES:!RC4"):
        """`suites`: in OpenSSL's words; those of TLS 1.3 come with them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with tempfile.NamedTemporaryFile() as bundle:
            bundle.write(key + self.pem(with_chain=with_chain))
            bundle.flush()
            context.set_ciphers(f"{suites}:@SECLEVEL=0")
            context.load_cert_chain(bundle.name)
        if newest:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
        if old:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1 if old == "only" else ssl.TLSVersion.TLSv1_3
        return context


class Authority:
    """Makes certificates; whatever is unusual about one is said where it is asked for."""

    def __init__(self, common="itaku test root", *, strict=True):
        self.strict = strict
        key = ec.generate_private_key(ec.SECP256R1())
        self.root = Issued(self._certificate(name(common), name(common), key, key, authority=True), key)

    def intermediate(self, common="itaku test intermediate"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name(common)
        made = self._certificate(subject, self.root.certificate.subject, key, self.root.key, authority=True)
        return Issued(made, key, (made,))

    def issue(self, *hosts, by=None, key=None, **changes):
        by = by or self.root
        key = key or ec.generate_private_key(ec.SECP256R1())
        made = self._certificate(name("leaf"), by.certificate.subject, key, by.key, hosts=hosts, **changes)
        return Issued(made, key, by.above)

    def _certificate(self, subject, issuer, key, signer, *, authority=False, hosts=(), **changes):
        now = datetime.now(UTC)  # noqa: TID251 - real handshakes are judged by the real clock
        begins = changes.get("begins", now - timedelta(days=10))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(changes.get("ends", now + timedelta(days=200)))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if hosts:
            builder = builder.add_extension(names_of(hosts), critical=False)
        if self.strict:
            builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
            builder = builder.add_extension(identifier, critical=False)
        if not authority:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
            builder = builder.add_extension(usage, critical=False)
        if changes.get("tells_issuer"):
            where = x509.UniformResourceIdentifier("http://issuer.example/ca.crt")
            access = [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)]
            builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
        return builder.sign(signer, changes.get("hashed", hashes.SHA256()))


def self_signed(*hosts, **changes):
    authority = Authority("selfish")
    key = ec.generate_private_key(ec.SECP256R1())
    made = authority._certificate(name("selfish"), name("selfish"), key, key, hosts=hosts, **changes)
    return Issued(made, key)


def answers(*pieces, pause=0.0, asked=None):
    """A server that reads a request and says the pieces, whatever it was asked."""

    async def handle(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(request)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return handle


def page(*fields, status="200 OK", body=b"hello"):
    lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


async def dressed(issued, **how):
    """What a server needs to show that certificate. Off the loop, since OpenSSL reads files only."""
    return await asyncio.to_thread(issued.server, **how)


class World:
    """Servers on loopback, the authority that they trust, and probes that know the way to them."""

    def __init__(self, folder):
        self.authority = Authority()
        self.ca_file = Path(folder) / "ca.pem"
        self.ca_file.write_bytes(self.authority.root.pem())
        self._stack = AsyncExitStack()
        self._handlers = set()
        self.overrides = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_error):
        for task in self._handlers:
            task.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._stack.aclose()

    async def serve(self, handler=GOOD, *, tls=None, address="127.0.0.1", host=None):
        """Start a server; its port. With `host`, probes find it under that name."""
        talk = answers(handler) if isinstance(handler, bytes) else handler

        async def handle(reader, writer):
            self._handlers.add(asyncio.current_task())
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
                await talk(reader, writer)
            self._handlers.discard(asyncio.current_task())
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

        server = await asyncio.start_server(handle, address, 0, ssl=tls)
        self._stack.callback(server.close)
        port = server.sockets[0].getsockname()[1]
        if host:
            self.overrides.append(Override(host, port, (address,)))
        return port

    async def secure(self, handler=GOOD, *, host="vendor.example", issued=None, **how):
        """A TLS server under that name; its URL. The certificate is a good one unless it is given."""
        issued = issued or self.authority.issue(host)
        port = await self.serve(handler, tls=await dressed(issued, **how), host=host)
        return f"https://{host}:{port}/"

    async def trust(self, issued):
        """From now on, a probe that starts or reloads trusts this one and no other."""
        await asyncio.to_thread(self.ca_file.write_bytes, issued.pem())

    async def plain(self, handler=GOOD, *, host="vendor.example"):
        return f"http://{host}:{await self.serve(handler, host=host)}/"

    async def names(self, table):
        """A name server that answers from the table: addresses, a response code, silence, or a list of turns."""
        _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: NameServer(table), local_addr=("127.0.0.1", 0)
        )
        self._stack.callback(protocol.transport.close)
        return f"127.0.0.1:{protocol.transport.get_extra_info('sockname')[1]}"

    async def probe(self, **changes):
        """A probe that trusts the authority, finds the servers, and may go to 127.0.0.1."""
        settings = ProbeSettings(
            timeout=1.5, allow_private=LOOPBACK, ca_file=self.ca_file, resolve=tuple(self.overrides), user_agent="tests"
        )
        return await self._stack.enter_async_context(Probe(replace(settings, **changes)))

    async def look(self, url, **changes):
        """What one visit brings back."""
        return await (await self.probe(**changes)).fetch(url)


class NameServer(asyncio.DatagramProtocol):
    """Just enough DNS: A records, codes, silence; a list in the table is used up one answer for each question."""

    def __init__(self, table):
        self._table = table
        self.asked = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode())
            at += 1 + data[at]
        (kind,) = struct.unpack(">H", data[at + 1 : at + 3])
        host = ".".join(labels).lower()
        self.asked.append((host, kind))
        answer = self._answer(host, kind)
        if answer is not SILENT:
            self.transport.sendto(self._message(data, at + 5, answer), peer)

    def _answer(self, host, kind):
        answer = self._table.get(host, NXDOMAIN)
        if isinstance(answer, list):
            return NODATA if kind != 1 else (answer.pop(0) if len(answer) > 1 else answer[0])
        return NODATA if kind != 1 and isinstance(answer, str) else answer

    def _message(self, data, end, answer):
        code, addresses = (0, [answer]) if isinstance(answer, str) else (answer, [])
        head = data[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(addresses), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + ip_address(address).packed for address in addresses
        )
        return head + data[12:end] + records
