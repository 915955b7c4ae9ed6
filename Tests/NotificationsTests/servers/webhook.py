"""A receiver of webhooks for tests, that does with each request what its argument says, in turn.

    ok        takes it
    STATUS    answers with this status: 429, 500
    429/2     the same, with Retry-After: 2
    taken     takes it and closes the connection without an answer
    hang      takes it and never answers
    slow      takes it and answers after a second

When the list is at its end everything is taken. Prints its port, then a line of JSON for each request that it took.
"""

import http.server
import json
import os
import sys
import threading
import time

behaviors = sys.argv[2:]
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            behavior = behaviors.pop(0) if behaviors else "ok"
        if behavior == "hang":
            time.sleep(3600)
        refused = behavior[0].isdigit()
        with lock:
            line = {"path": self.path, "refused": refused, "at": time.time(), "body": json.loads(body)}
            print(json.dumps(line), flush=True)
        if behavior == "taken":
            self.close_connection = True
            self.connection.close()
            return
        if behavior == "slow":
            time.sleep(1)
        status, _, wait = behavior.partition("/") if refused else ("200", "", "")
        self.send_response(int(status))
        if wait:
            self.send_header("Retry-After", wait)
        text = b"rate_limited" if status == "429" else b"ok"
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
# The test that started it holds its standard input open for as long as it lives.
sys.stdin.read()
os._exit(0)
