"""What a reader of a page cannot get to see, found by geometry."""

# Every part must lie within each box around it that clips, or be within reach of one that scrolls.
# One pixel more or less is a matter of rounding.
CUT_OFF = """root => {
    const found = [];
    const cells = [...root.querySelectorAll(".jp-Cell")];
    function say(part, what) {
        const words = (part.alt || part.textContent).trim().slice(0, 40);
        const place = cells.indexOf(part.closest(".jp-Cell"));
        found.push([place, `${part.tagName.toLowerCase()} "${words}" ${what}`]);
    }
    const sides = {
        X: {low: "left", high: "right", size: "Width", at: "Left"},
        Y: {low: "top", high: "bottom", size: "Height", at: "Top"},
    };
    const known = new Map();
    function overflow(box, axis) {
        if (!known.has(box)) {
            const {overflowX: X, overflowY: Y} = getComputedStyle(box);
            known.set(box, {X, Y});
        }
        return known.get(box)[axis];
    }
    const clips = (box, axis) => overflow(box, axis) !== "visible";
    const scrolls = (box, axis) => /auto|scroll/.test(overflow(box, axis));

    function look(part, axis) {
        const {low, high, size, at} = sides[axis];
        if (clips(part, axis) && !scrolls(part, axis)) {
            const text = document.createRange();
            text.selectNodeContents(part);
            const over = text.getBoundingClientRect()[size.toLowerCase()] - part["client" + size];
            const elides = axis === "X" && getComputedStyle(part).textOverflow === "ellipsis";
            if (over > (elides ? 0.5 : 1))
                say(part, `is cut by its own box (${over.toFixed(1)} px, ${axis})`);
        }
        let {[low]: from, [high]: to} = part.getBoundingClientRect();
        for (let box = part.parentElement; box !== document.body; box = box.parentElement) {
            if (!clips(box, axis)) continue;
            const edge = box.getBoundingClientRect()[low] + box["client" + at];
            const room = box["client" + size];
            const moved = scrolls(box, axis) ? box["scroll" + at] : 0;
            const reach = scrolls(box, axis) ? box["scroll" + size] : room;
            const [before, after] = [-(from - edge + moved), to - edge + moved - reach];
            if (Math.max(before, after) > 1 || room < Math.min(to - from, 16))
                return say(part, `is cut by .${box.className.split(" ").join(".")} `
                    + `(${Math.round(Math.max(before, after))} px, ${axis})`);
            if (scrolls(box, axis)) [from, to] = [edge, edge + room];
        }
        if (from < -1 || to > window["inner" + size] + 1) say(part, `leaves the window (${axis})`);
    }

    const parts = [...root.querySelectorAll(`img, table, th, td, pre, p, li, h1, h2, h3, h4, label,
        mjx-container, button, .jupyter-widgets, .widget-readout, .noUi-target, .noUi-handle,
        .cm-line, .jp-InputPrompt`)];
    for (const part of parts.filter(part => part.checkVisibility({visibilityProperty: true}))) {
        look(part, "X");
        look(part, "Y");
        if (part.naturalWidth) {
            const {width, height} = part.getBoundingClientRect();
            if (Math.abs(width / height / (part.naturalWidth / part.naturalHeight) - 1) > 0.02)
                say(part, `is squeezed to ${Math.round(width)} x ${Math.round(height)} px`);
        }
    }
    for (const box of [root, ...root.querySelectorAll(".jp-WindowedPanel-outer")])
        if (box.scrollWidth > box.clientWidth + 1)
            found.push([-1, `${box.scrollWidth - box.clientWidth} px to scroll sideways`]);
    return found;
}"""


def cut_off(page, selector):
    """Say what is cut off within `selector`: pairs of the place of a cell (or -1) and words."""
    return page.locator(selector).evaluate(CUT_OFF)
