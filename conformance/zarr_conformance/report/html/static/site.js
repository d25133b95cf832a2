// The one script of the site: filters and keys of the matrix, and buttons that copy commands.
"use strict";

function startMatrix(data) {
  const table = document.getElementById("matrix");
  const form = document.getElementById("filters");
  const reading = document.getElementById("reading");
  const names = data.marks.map(([name]) => name);
  const number = Object.fromEntries(names.map((name, index) => [name, index]));
  const LEVELS = ["must", "should", "may"];
  const MOST_UNFOLDED = 60; // cases that unfold by themselves when a filter leaves so few

  const cases = data.cases.map(([id, title, page, level, zeps]) => ({
    id, title, page, level, zeps, text: `${id} ${title}`.toLowerCase(),
  }));
  const rows = [];
  for (const [version, id, size] of data.rows) {
    const start = rows.length ? rows[rows.length - 1].stop : 0;
    rows.push({ version: String(version), id, start, stop: start + size });
  }
  const profiles = Object.fromEntries(
    Object.entries(data.profiles).map(([name, members]) => [name, new Set(members)]));
  for (const body of table.tBodies) {
    if (body.dataset.row !== undefined) rows[body.dataset.row].body = body;
  }

  // What is shown: the filters, and the rows that somebody folded or unfolded by hand.
  const empty = () => ({
    text: "", format: "", level: "", zep: "", profile: "",
    verdict: new Set(), implementation: new Set(), folds: new Map(),
  });
  let state = empty();

  // --- The address bar.

  function fromAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    const next = empty();
    for (const name of ["text", "format", "level", "zep", "profile"]) next[name] = given.get(name) || "";
    const list = (name) => (given.get(name) || "").split(",").filter(Boolean);
    next.verdict = new Set(list("verdict").filter((name) => name === "known" || name in number));
    next.implementation = new Set(list("implementation").flatMap((wanted) =>
      data.columns.filter(([name, , , anchor]) => wanted === anchor || wanted === name).map((c) => c[3])));
    for (const id of list("open")) next.folds.set(id, true);
    return next;
  }

  function toAddress(push) {
    const given = new URLSearchParams();
    for (const name of ["text", "format", "level", "zep", "profile"]) {
      if (state[name]) given.set(name, state[name]);
    }
    for (const name of ["verdict", "implementation"]) {
      if (state[name].size) given.set(name, [...state[name]].join(","));
    }
    const open = [...state.folds].filter(([, unfolded]) => unfolded).map(([id]) => id);
    if (open.length) given.set("open", open.join(","));
    const hash = given.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
    if (hash === location.hash.slice(1)) return;
    history[push ? "pushState" : "replaceState"](null, "", `#${hash}`);
  }

  function toForm() {
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = state[field.name].has(field.value);
      else if (field.name && field.value !== state[field.name]) field.value = state[field.name];
    }
    const chosen = state.implementation.size;
    document.getElementById("chosen").textContent = chosen ? `${chosen} of ${data.columns.length}` : "all";
  }

  function fromForm() {
    const given = new FormData(form);
    for (const name of ["text", "format", "level", "zep", "profile"]) state[name] = given.get(name) || "";
    for (const name of ["verdict", "implementation"]) state[name] = new Set(given.getAll(name));
    state.folds.clear();
  }

  // --- Which cases and columns are left, and what a cell says of them.

  const markOf = (code) => (code >= "A" ? code.toUpperCase().charCodeAt(0) - 65 : -1);
  const isKnown = (code) => code >= "a";

  function shownColumns() {
    const all = data.columns.map((_, index) => index);
    const some = all.filter((index) => state.implementation.has(data.columns[index][3]));
    return some.length ? some : all;
  }

  function matching(columns) {
    const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    const members = profiles[state.profile];
    const wanted = new Set([...state.verdict].map((name) => number[name]));
    const known = state.verdict.has("known");
    const says = (index) => columns.some((column) => {
      const code = data.answers[column][index];
      return wanted.has(markOf(code)) || (known && isKnown(code));
    });
    const left = rows.map(() => []);
    rows.forEach((row, which) => {
      if (state.format && row.version !== state.format) return;
      for (let index = row.start; index < row.stop; index++) {
        const each = cases[index];
        if (state.level && LEVELS[each.level] !== state.level) continue;
        if (state.zep && !each.zeps.includes(Number(state.zep))) continue;
        if (state.profile && !(members && members.has(index))) continue;
        if (words.length && !words.every((word) => each.text.includes(word))) continue;
        if (state.verdict.size && !says(index)) continue;
        left[which].push(index);
      }
    });
    return left;
  }

  function tally(answers, members) {
    const counts = new Array(names.length).fill(0);
    const levels = LEVELS.map((level) => ({ level, passed: 0, failed: 0, judged: 0 }));
    let known = 0;
    for (const index of members) {
      const code = answers[index];
      const mark = markOf(code);
      if (mark < 0 || mark === number.absent) continue;
      const level = levels[cases[index].level];
      counts[mark]++;
      level.judged++;
      if (mark === number.passed) level.passed++;
      if (data.failures.includes(mark)) level.failed++;
      if (isKnown(code)) known++;
    }
    const failed = levels.reduce((sum, level) => sum + level.failed, 0);
    const incomplete = counts[number.unsupported] + counts[number.inconclusive] > 0;
    let mark = counts.findIndex((count) => count > 0);
    if (mark < 0) mark = number.absent;
    if ((mark === number.lenient || mark === number.passed) && counts[number.passed] && incomplete) {
      mark = number.partly;
    }
    return { mark, levels: levels.filter(({ judged }) => judged), known: failed > 0 && known === failed };
  }

  // The counts beside the symbol, one for each level that has cases: none where they tell nothing.
  function told({ mark, levels }) {
    return [number.unsupported, number.absent, number.inconclusive].includes(mark) ? [] : levels;
  }

  function countElement({ level, passed, judged }) {
    const more = level === "must" ? "" : `${level.toUpperCase()} `;
    const element = document.createElement("i");
    if (more) element.className = "more";
    element.textContent = more + (passed === judged ? judged : `${passed}/${judged}`);
    return element;
  }

  const filled = new WeakMap(); // what each cell shows, so that only what changes is touched

  function fill(cell, counts) {
    const now = JSON.stringify(counts);
    if (filled.get(cell) === now) return;
    filled.set(cell, now);
    const [name, symbol] = data.marks[counts.mark];
    cell.className = `m-${name}${counts.known ? " known" : ""}`;
    cell.firstChild.textContent = symbol;
    cell.replaceChildren(cell.firstChild, ...told(counts).map(countElement));
    const { passed, failed, judged } = counts.levels[0] || { passed: 0, failed: 0, judged: 1 };
    const share = (count) => `${Math.floor((100 * count) / judged)}%`;
    cell.style.cssText = `--p:${share(passed)};--f:${share(passed + failed)}`;
  }

  // --- Showing it.

  const hiding = document.head.appendChild(document.createElement("style"));
  let left = [];
  let auto = false;

  function show() {
    const columns = shownColumns();
    left = matching(columns);
    hiding.textContent = data.columns.map((_, index) => index).filter((index) => !columns.includes(index))
      .map((index) => `#matrix tr > :nth-child(${index + 2}) { display: none; }`).join("\n");
    table.style.setProperty("--columns", columns.length);
    // A heading that spans columns which are hidden would keep their width.
    for (const heading of table.querySelectorAll(".chapter th")) heading.colSpan = columns.length + 1;
    const total = left.flat();
    auto = total.length < cases.length && total.length <= MOST_UNFOLDED;
    for (const column of columns) fill(table.querySelector(".total tr").cells[column + 1], tally(data.answers[column], total));
    rows.forEach((row, which) => showRow(row, left[which], columns));
    showChapters();
    const features = left.filter((members) => members.length).length;
    const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
    document.getElementById("count").textContent = total.length
      ? `${plural(features, "feature")}, ${plural(total.length, "case")}, ${plural(columns.length, "implementation")}.`
      : "No case is left: take a filter away, or reset them all with Esc.";
    setTabStop();
  }

  function showRow(row, members, columns) {
    row.body.hidden = members.length === 0;
    if (!members.length) return;
    const first = row.body.rows[0];
    for (const column of columns) fill(first.cells[column + 1], tally(data.answers[column], members));
    first.querySelector("small").textContent = members.length;
    unfold(row, members);
  }

  function unfold(row, members) {
    const unfolded = state.folds.get(row.id) ?? auto;
    row.body.rows[0].querySelector("button").setAttribute("aria-expanded", unfolded);
    while (row.body.rows.length > 1) row.body.rows[1].remove();
    if (unfolded) row.body.append(...members.map(caseRow));
  }

  function showChapters() {
    let chapter = null;
    for (const body of table.tBodies) {
      if (body.className === "chapter") { chapter = body; chapter.hidden = true; }
      else if (body.className === "feature" && !body.hidden) chapter.hidden = false;
    }
  }

  function link(href, text) {
    const anchor = document.createElement("a");
    anchor.href = href;
    anchor.textContent = text;
    anchor.tabIndex = -1;
    return anchor;
  }

  function caseRow(index) {
    const each = cases[index];
    const row = document.createElement("tr");
    row.className = "case";
    row.dataset.case = index;
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.append(link(each.page, each.title), Object.assign(document.createElement("code"), { textContent: each.id }));
    data.columns.forEach(([, , , anchor], column) => {
      const code = data.answers[column][index];
      const mark = markOf(code);
      const cell = row.appendChild(document.createElement("td"));
      cell.className = mark < 0 ? "m-observed" : `m-${names[mark]}${isKnown(code) ? " known" : ""}`;
      cell.append(link(`${each.page}#${anchor}`, mark < 0 ? (code === "0" ? "○" : code) : data.marks[mark][1]));
    });
    return row;
  }

  function setFold(row, unfolded) {
    state.folds.set(row.id, unfolded);
    unfold(row, left[rows.indexOf(row)]);
    toAddress(true);
  }

  // A cell leads to its gravest case: unfold the row, and go to the first case that says the same.
  function descend(cell) {
    const row = rows[cell.closest("tbody").dataset.row];
    const column = cell.cellIndex - 1;
    const unfolded = row.body.rows.length > 1;
    const mark = names.findIndex((name) => cell.classList.contains(`m-${name}`));
    if (!unfolded) setFold(row, true);
    const found = [...row.body.rows].slice(1)
      .find((each) => markOf(data.answers[column][each.dataset.case]) === mark);
    focusOn((found || row.body.rows[1] || row.body.rows[0]).cells[column + 1]);
  }

  // --- What a cell says, in words.

  function words(cell) {
    const column = data.columns[cell.cellIndex - 1];
    const name = names.findIndex((each) => cell.classList.contains(`m-${each}`));
    const meaning = name < 0 ? observed(cell) : data.marks[name][2];
    const known = cell.classList.contains("known") ? ", as is known" : "";
    const head = cell.parentElement.cells[0];
    const about = cell.closest(".feature") && !cell.closest(".case")
      ? head.querySelector("button").firstChild.textContent.trim()
      : (head.querySelector("a") || head).textContent;
    return [`${column[0]} ${column[1]}`, about, meaning + known, ...passing(cell)].join(" · ");
  }

  // How many cases of each level pass; of a single case that has been said.
  function passing(cell) {
    if (cell.closest(".case")) return [];
    const feature = cell.closest(".feature");
    const members = feature ? left[feature.dataset.row] : left.flat();
    const counts = told(tally(data.answers[cell.cellIndex - 1], members));
    const each = counts.map(({ level, passed, judged }) => `${level.toUpperCase()} ${passed} of ${judged}`);
    return each.length ? [`${each.join(", ")} pass`] : [];
  }

  const observed = (cell) => cell.textContent === "○" ? "answers as no reading does" : `answers as reading ${cell.textContent}`;

  function tell(event) {
    const cell = event.target.closest?.("#matrix td");
    reading.hidden = !cell;
    if (!cell) return;
    reading.textContent = words(cell);
    (cell.querySelector("a") || cell).setAttribute("aria-label", reading.textContent);
  }

  // --- Keys. The table is one stop of the Tab key; arrows move inside it.

  const target = (cell) => cell.querySelector("button, a") || cell;

  function setTabStop(cell) {
    table.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    const first = cell || table.querySelector(".feature:not([hidden]) th");
    if (first) target(first).tabIndex = 0;
  }

  function focusOn(cell) {
    if (!cell) return;
    setTabStop(cell);
    target(cell).focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function step(cell, down, right) {
    const bodies = [...table.tBodies].filter((body) => !body.hidden && body.className !== "chapter");
    const lines = bodies.flatMap((body) => [...body.rows]);
    const line = lines[lines.indexOf(cell.parentElement) + down];
    if (!line) return;
    let at = cell.cellIndex;
    do at += right; while (right && line.cells[at] && getComputedStyle(line.cells[at]).display === "none");
    focusOn(line.cells[at]);
  }

  const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [15, 0], PageUp: [-15, 0] };

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("th, td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || cell.closest("thead")) return;
    if (event.key in STEPS) step(cell, ...STEPS[event.key]);
    else if (event.key === "Home") focusOn(cell.parentElement.cells[0]);
    else if (event.key === "End") focusOn([...cell.parentElement.cells].findLast((each) => each.offsetWidth));
    else if (event.key === "Enter" && event.target === cell && cell.closest(".feature")) descend(cell);
    else if (event.key === "Escape" && cell.closest(".feature")?.rows.length > 1) {
      const row = rows[cell.closest("tbody").dataset.row];
      setFold(row, false);
      focusOn(row.body.rows[0].cells[0]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "/" && !typing) { form.elements.text.focus(); form.elements.text.select(); event.preventDefault(); }
    else if (event.key === "Escape") form.reset();
    else if (event.key === "ArrowDown" && event.target === form.elements.text) {
      focusOn(table.querySelector(".feature:not([hidden]) th"));
      event.preventDefault();
    }
  });

  table.addEventListener("click", (event) => {
    const button = event.target.closest(".feature button");
    const cell = event.target.closest(".feature > tr:first-child > td");
    if (button) {
      const row = rows[button.closest("tbody").dataset.row];
      setFold(row, row.body.rows.length === 1);
      setTabStop(button.closest("th"));
    } else if (cell) descend(cell);
  });
  table.addEventListener("mouseover", tell);
  table.addEventListener("mouseleave", () => { reading.hidden = true; });
  table.addEventListener("focusin", tell);
  table.addEventListener("focusout", () => { reading.hidden = true; });

  let waiting = 0;
  function changed(push) {
    fromForm();
    toForm();
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { show(); toAddress(push); });
  }
  form.addEventListener("input", (event) => changed(event.target.type !== "search"));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => changed(true)));
  function fromOutside() { state = fromAddress(); toForm(); show(); }
  addEventListener("popstate", fromOutside);
  addEventListener("hashchange", fromOutside);

  for (const button of table.querySelectorAll(".feature button")) button.tabIndex = -1;
  if (location.hash.length > 1) {
    fromOutside();
    rows.find((row) => state.folds.get(row.id))?.body.rows[0].scrollIntoView({ block: "center" });
  }
  else { left = rows.map(({ start, stop }) => Array.from({ length: stop - start }, (_, at) => start + at)); setTabStop(); }
  window.matrix = { show, tally: (column, members) => tally(data.answers[column], members) };
}

// Buttons that copy a command, where the browser lets pages do that.
function startCopying() {
  for (const block of document.querySelectorAll("[data-copy]")) {
    const command = block.textContent;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "copy" });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command);
      button.textContent = "copied";
    });
    if (navigator.clipboard) block.append(button);
  }
}

if (window.MATRIX) startMatrix(window.MATRIX);
startCopying();
