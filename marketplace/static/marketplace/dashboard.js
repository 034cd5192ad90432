// The keys of the start page of the admin: N opens what is next in the first queue that
// is not empty, a digit what is next in the queue of that number.
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (!/^[n1-9]$/.test(key)) return;
  document.querySelector(key === "n" ? "[data-next]" : `[data-next="${key}"]`)?.click();
});
