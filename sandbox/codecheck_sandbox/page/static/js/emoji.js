// Short names -> Unicode: those that the bot uses, and a few that people type.

// No prototype: people may type `:constructor:`.
const EMOJI = {
  __proto__: null,
  alarm_clock: "⏰", arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bell: "🔔", blue_heart: "💙",
  bookmark: "🔖", broom: "🧹", bug: "🐛", bulb: "💡", calendar: "📆", clipboard: "📋", closed_lock_with_key: "🔐",
  construction: "🚧", exclamation: "❗", eyes: "👀", fire: "🔥", gear: "⚙️", grey_question: "❔", hammer: "🔨",
  heavy_check_mark: "✔️", hourglass: "⌛", hourglass_flowing_sand: "⏳", ice_cube: "🧊", information_source: "ℹ️",
  key: "🔑", large_blue_circle: "🔵", large_green_circle: "🟢", large_red_square: "🟥", large_yellow_circle: "🟡",
  link: "🔗", lock: "🔒", mag: "🔍", memo: "📝", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑",
  package: "📦", page_facing_up: "📄", passport_control: "🛂", pause_button: "⏸️", question: "❓", red_circle: "🔴",
  robot_face: "🤖", rocket: "🚀", rotating_light: "🚨", shield: "🛡️", snowflake: "❄️", stopwatch: "⏱️", tada: "🎉",
  thumbsup: "👍", timer_clock: "⏲️", unlock: "🔓", warning: "⚠️", wastebasket: "🗑️", wave: "👋",
  white_check_mark: "✅", wrench: "🔧", x: "❌", zap: "⚡",
};

/** Text with its `:short_names:` as Unicode; unknown ones stay as they are, as in Slack. */
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (typed, name) => EMOJI[name] ?? typed);
