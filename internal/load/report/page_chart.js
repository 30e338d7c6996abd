// Small parts of the page, and a chart without contents.

const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// On a phone a plot is drawn smaller, not shrunk: its letters keep their size.
const phone = matchMedia("(max-width: 640px)");

// whatIs explains the figure below its plot. It is closed until one asks.
function whatIs(texts) {
  return make("details", {}, make("summary", {}, "What is this?"), ...texts.map((text) => make("p", {}, text)));
}

// A Chart is a card with a frame, axes, and a tip that follows the pointer, a
// finger, or the arrow keys.
class Chart {
  constructor(title, caption, texts) {
    this.width = phone.matches ? 350 : 640;
    const height = phone.matches ? 230 : 260;
    this.left = phone.matches ? 54 : 66;
    this.right = this.width - 14;
    this.top = 12;
    this.bottom = height - 30;
    this.title = title;
    this.svg = draw("svg", { viewBox: `0 0 ${this.width} ${height}`, role: "img" });
    this.plot = make("div", { class: "plot", tabindex: 0, role: "group", "aria-label": title + ", values with the arrow keys" }, this.svg);
    this.found = make("p", { class: "finding" });
    this.caption = make("p", {}, caption);
    this.card = make("article", { class: "card" }, make("h3", {}, title), this.found, this.caption, this.plot, whatIs(texts));
    byId("charts").append(this.card);
  }

  // finding says in words what the plot shows, for everybody and for those who
  // cannot see it.
  finding(text) {
    this.found.textContent = text;
    this.svg.setAttribute("aria-label", `${this.title}: ${text}`);
  }

  add(tag, attributes) {
    const element = draw(tag, attributes);
    this.svg.append(element);
    return element;
  }

  text(x, y, anchor, content) {
    this.add("text", { x, y, "text-anchor": anchor }).textContent = content;
  }

  axisY(steps, label, scale) {
    for (const v of steps) {
      const y = scale(v);
      this.add("line", { class: "grid", x1: this.left, x2: this.right, y1: y, y2: y });
      this.text(this.left - 6, y + 4, "end", label(v));
    }
  }

  // axisX leaves out the labels that there is no room for.
  axisX(steps, label, scale) {
    let free = -Infinity;
    for (const v of steps) {
      const half = label(v).length * 3.6;
      const x = Math.min(scale(v), this.width - half);
      if (x - half < free) continue;
      this.text(x, this.bottom + 19, "middle", label(v));
      free = x + half + 5;
    }
  }

  line(points, classes) {
    const path = points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    this.add("path", { class: "stroke " + classes, d: path });
    return path;
  }

  // outlined is a line that can be seen on any ground.
  outlined(points, classes) {
    this.line(points, "c-ground wide");
    this.line(points, classes);
  }

  area(points, classes) {
    if (points.length === 0) return;
    const path = this.line(points, classes);
    const [first, last] = [points[0][0], points.at(-1)[0]];
    this.add("path", { class: "fill " + classes, d: `${path}L${last} ${this.bottom}L${first} ${this.bottom}Z` });
  }

  limit(y, label) {
    this.add("line", { class: "limit", x1: this.left, x2: this.right, y1: y, y2: y });
    this.text(this.right - 4, y - 5, "end", label);
  }

  // legend shows each line as it is drawn, so that none is known by colour alone.
  legend(...entries) {
    const box = make("span", { class: "legend" });
    for (const [classes, name] of entries) {
      const sample = draw("svg", { viewBox: "0 0 28 8", class: "sample", "aria-hidden": "true" }, draw("path", { class: "stroke " + classes, d: "M0 4H28" }));
      box.append(make("span", {}, sample, name));
    }
    this.caption.append(" ", box);
  }

  // tells shows what tell says about a place of the plot, and a line at the
  // place that it names. step is how far an arrow key goes.
  tells(tell, step) {
    const cursor = this.add("line", { class: "cursor", y1: this.top, y2: this.bottom, visibility: "hidden" });
    let at = this.left - step;
    const show = (x, clientX, clientY) => {
      const told = x >= this.left - 4 && x <= this.right + 4 ? tell(x) : null;
      cursor.setAttribute("visibility", told ? "visible" : "hidden");
      if (!told) return tip.hide();
      cursor.setAttribute("x1", told.x);
      cursor.setAttribute("x2", told.x);
      at = told.x;
      const box = this.svg.getBoundingClientRect();
      tip.show(told.text, clientX ?? box.left + (told.x / this.width) * box.width, clientY ?? box.top);
    };
    const hide = () => { tip.hide(); cursor.setAttribute("visibility", "hidden"); };
    const point = (event) => {
      const box = this.svg.getBoundingClientRect();
      show(((event.clientX - box.left) / box.width) * this.width, event.clientX, event.clientY);
    };
    this.plot.addEventListener("pointermove", point);
    this.plot.addEventListener("pointerdown", point);
    // A finger that is lifted leaves, too, and only then can one read the tip.
    this.plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    this.plot.addEventListener("blur", hide);
    this.plot.addEventListener("keydown", (event) => {
      const way = { ArrowRight: step, ArrowLeft: -step }[event.key];
      if (event.key === "Escape") hide();
      if (!way) return;
      event.preventDefault();
      show(Math.min(Math.max(at + way, this.left), this.right));
    });
  }
}

// tip is the one box with values that is open, if any.
const tip = {
  scrolled: 0, // where the page was when it opened
  show(text, x, y) {
    const box = byId("tip");
    this.scrolled = scrollY;
    box.textContent = text;
    box.hidden = false;
    const beyond = x + 16 + box.offsetWidth > innerWidth;
    const left = beyond ? x - 16 - box.offsetWidth : x + 16;
    box.style.left = Math.max(Math.min(left, innerWidth - box.offsetWidth - 4), 4) + "px";
    box.style.top = Math.max(Math.min(y + 14, innerHeight - box.offsetHeight - 4), 4) + "px";
  },
  hide() { byId("tip").hidden = true; },
  // follow closes the tip when its plot moves away from it, but not for the
  // trembling of a finger.
  follow() { if (Math.abs(scrollY - this.scrolled) > 8) this.hide(); },
};
