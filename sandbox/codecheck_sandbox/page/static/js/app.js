// Starts the page: follows the sandbox as the chosen person, and passes what arrives to the store.

import { follow } from "./connection.js";
import { change, store } from "./store.js";
import { toast } from "./toasts.js";
import "./conversation.js";
import "./dialogs.js";
import "./panels.js";
import "./sidebar.js";

const KEPT = 300; // entries of the wire
const FIRST_PERSON = "U01ALICE";

let lost = false;

function become(person) {
  follow(person, {
    state: (state) => {
      if (lost) toast("The sandbox is back.");
      lost = false;
      const there = state.channels.some((each) => each.id === store.channel);
      change({ state, channel: there ? store.channel : state.channels[0].id, thread: there ? store.thread : null, home: there && store.home });
    },
    wire: (entries) => {
      const known = store.wire.at(-1)?.number ?? 0;
      change({ wire: [...store.wire, ...entries.filter((entry) => entry.number > known)].slice(-KEPT) });
    },
    lost: () => {
      if (!lost) toast("The sandbox isn't answering. Has it been stopped?");
      lost = true;
    },
  });
  const address = new URL(location.href);
  address.searchParams.set("as", person);
  history.replaceState(null, "", address);
}

document.addEventListener("person", (event) => {
  store.read = {};
  become(event.detail);
});
become(new URL(location.href).searchParams.get("as") ?? FIRST_PERSON);
