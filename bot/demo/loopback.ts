// local-slack listens on every interface; the demo is for this machine only.
declare const Bun: any;
const serve = Bun.serve;
Bun.serve = (options: any) => serve.call(Bun, { ...options, hostname: "127.0.0.1" });
