"""The answer by machine (`/api/v1`): a larger trustee's or joint user's own system answers by the link that it got.

What it may do, what is checked and what follows is the form's; only the line is another: JSON in, JSON out, problems by
name, versions in ETag and If-Match, and a key under which handing in can be repeated. The table of
calls is `operations`.
"""
