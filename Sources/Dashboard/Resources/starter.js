// Brings the page's scripts once it is whole and a browser shows something of it: until then, whatever they do makes that later. A page that
// nobody looks at is not shown; it gets them after a second.
{
  let isUnderWay = false;
  const bring = () => {
    if (document.readyState === "loading") { addEventListener("DOMContentLoaded", bring); return; }
    if (isUnderWay) return;
    isUnderWay = true;
    for (const src of document.body.dataset.scripts.trim().split(" ")) {
      document.head.append(Object.assign(document.createElement("script"), { type: "module", async: false, src }));
    }
  };
  setTimeout(bring, 1000);
  new PerformanceObserver(bring).observe({ type: "paint", buffered: true });
}
