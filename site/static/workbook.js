// A page opened as a file may not fetch others, so the search there lists titles only.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// Formulas grow when they are set, and what the address points to moves away: go there again.
addEventListener("load", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const back = () => target.scrollIntoView({ behavior: "instant" });
  if (target && window.MathJax) MathJax.startup.promise.then(back);
});
