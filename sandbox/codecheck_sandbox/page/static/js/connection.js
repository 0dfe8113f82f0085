// To and from the server: what this person sees comes as Server-Sent Events, what they do goes out as POSTs.

let source = null;

/** Follow the sandbox as one person; every handler gets what its event carries. */
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
    return { error: "The sandbox does not answer: has it been stopped?" };
  }
}

/** Let a person do something; gives what they see at once: `notice`, `errors`, or `error` if it cannot be done. */
export const act = (by, name, details) => post("/act", { by, act: name, ...details });

/** Turn a switch of the panels; gives `error` if it cannot be done. */
export const control = (name, details) => post("/control", { control: name, ...details });
