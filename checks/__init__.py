"""What can be seen of a party from outside, one file for each kind. To add one: its file, its rules, its row here."""

from typing import Any, Final

from checks.availability import Availability
from checks.contacts import Contacts
from checks.contract import Check
from checks.cookies import Cookies
from checks.dns_state import Dns
from checks.erased import Erased
from checks.headers import Headers
from checks.json_endpoint import JsonEndpoint
from checks.mail_auth import MailAuth
from checks.policy_page import PolicyPage
from checks.security_txt import SecurityTxt
from checks.status_page import StatusPage
from checks.tls import TlsCheck

CHECKS: Final[dict[str, Check[Any]]] = {
    "availability": Availability(),
    "tls": TlsCheck(),
    "headers": Headers(),
    "security-txt": SecurityTxt(),
    "erased": Erased(),
    "mail-auth": MailAuth(),
    "dns": Dns(),
    "contacts": Contacts(),
    "cookies": Cookies(),
    "policy-page": PolicyPage(),
    "status-page": StatusPage(),
    "json-endpoint": JsonEndpoint(),
}
