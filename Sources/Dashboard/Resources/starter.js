// Brings the page's scripts once a browser shows something of it: until then, whatever they do makes that later. A page that nobody looks at
// is not shown; it gets them after a second.
{
  let isUnderWay = false;
  const bring = () => {
    if (isUnderWay) return;
    isUnderWay = true;
    for (const src of document.body.dataset.scripts.trim().split(" ")) {
      document.head.append(Object.assign(document.createElement("script"), { type: "module", async: false, src }));
    }
  };
  new PerformanceObserver(bring).observe({ type: "paint", buffered: true });
  setTimeout(bring, 1000);
}
