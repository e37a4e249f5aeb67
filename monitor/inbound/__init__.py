"""What comes back by mail: bounces are acted upon, replies are kept and told, automatic answers are only kept.

Mail arrives over LMTP or SMTP behind the site's own mail server, or out of a Maildir that it fills. It is accepted when
it is stored, and not before; storing is one thing and acting another. So what was accepted is acted upon once, by
whichever replica gets to it, however often it is delivered and whenever a process dies.

Strangers write what comes in here. Only an address that we signed says which letter a bounce is about; what is bounced
without one changes nothing. Nothing that comes in is ever an answer to a request: an attestation is declared in the
form, by a named person, on questions that are frozen, and a mail has none of the three.
"""
