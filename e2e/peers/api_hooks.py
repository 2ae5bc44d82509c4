"""What PyPI schemathesis must know of the management API that no schema can say: a key names one request.

It draws keys as any text that the description allows, and draws the same ones again. Where a key is good it is made one of its own;
where it is bad on purpose it stays bad.
"""

import re
import uuid

import schemathesis

GOOD = re.compile(r'^([A-Za-z0-9._:-]{16,128}|"[A-Za-z0-9._:-]{16,128}")$')


@schemathesis.hook
def before_call(context, case, kwargs):
    for name, value in (case.headers or {}).items():
        if name.lower() == "idempotency-key" and GOOD.match(str(value)):
            case.headers[name] = str(uuid.uuid4())
