// The connection to the server: what this person sees arrives as Server-Sent Events, what they do is sent as POSTs.

let source = null;

/** Follow the sandbox as one person; every handler gets its event's data. */
export function follow(person, handlers) {
  source?.close();
  source = new EventSource(`/events?as=${encodeURIComponent(person)}`);
  for (const [name, handle] of Object.entries(handlers)) {
    if (name === "lost") source.addEventListener("error", handle);
    else source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}

async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { error: "The sandbox isn't answering. Has it been stopped?" };
  }
}

/** Do something as a person; returns what they see at once: `notice`, `errors`, or `error` if it cannot be done. */
export const act = (by, name, details) => post("/act", { by, act: name, ...details });

/** Use a switch of the panels; returns `error` if it cannot be done. */
export const control = (name, details) => post("/control", { control: name, ...details });
