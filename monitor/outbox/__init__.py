"""Stage: notices -> letters -> sent, retried, or made loud. At least once, never twice under another Message-ID.

Three short steps: letters are made from notices in one transaction; a letter is claimed with a lease, and sent outside
every transaction under a deadline; what the mail server said is recorded in another. A crash between sending and
recording sends the same letter again, under the same Message-ID. Nothing is marked as sent before the server took it.
"""
