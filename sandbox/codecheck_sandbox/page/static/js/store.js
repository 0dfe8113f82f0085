// What the page shows at the moment: the server's snapshot, and what is chosen in this browser.

const listeners = new Set();

export const store = {
  state: null, // the latest snapshot
  wire: [], // requests and answers, oldest first
  channel: null, // the ID of the conversation on show
  thread: null, // the ts of the message whose thread is open
  home: false, // whether the app's Home tab is open, in place of the messages
  read: {}, // channel ID -> how many items have been seen
};

/** Call a function after every change. */
export function watch(listener) {
  listeners.add(listener);
  if (store.state) listener(store);
}

/** Change what is on show. */
export function change(values) {
  Object.assign(store, values);
  if (store.state) for (const listener of listeners) listener(store);
}

export const user = (id) => store.state.people.find((person) => person.id === id);
export const channel = (id = store.channel) => store.state.channels.find((each) => each.id === id);

/** Whether a conversation is the one with the bot, which has a Home tab. */
export const isApp = (each) => each.kind === "dm" && each.members.includes(store.state.bot);

/** A conversation's name as its reader sees it. */
export function channelName(each) {
  if (each.kind !== "dm") return each.name;
  const other = each.members.find((member) => member !== store.state.me);
  return user(other)?.name ?? other;
}
