// A SCIM 2.0 server by others (scimmy, scimmy-routers), with the store they leave to us: two maps. POST /control turns its
// moods, as far as they are a store's: who may see what, and how an empty group is shown.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";
import {randomUUID} from "node:crypto";

const users = new Map(), groups = new Map();
const mood = {refuse: 0, hidden: [], emptyMembers: true};

const members = group => mood.hidden.includes(group.displayName) ? [] : group.members ?? [];

const shown = (resource, kind) => {
    if (kind === "User") {
        const mine = [...groups.values()].filter(group => members(group).some(m => m.value === resource.id));
        return {...resource, groups: mine.map(group => ({value: group.id, display: group.displayName, type: "direct"}))};
    }
    const {members: _, ...rest} = resource;
    const list = members(resource);
    return list.length || mood.emptyMembers ? {...rest, members: list} : rest;
};

const missing = id => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);

const store = (map, kind) => ({
    ingress(resource, data) {
        if (resource.id && !map.has(resource.id)) throw missing(resource.id);
        const id = resource.id ?? randomUUID();
        map.set(id, {...JSON.parse(JSON.stringify(data)), id});
        return shown(map.get(id), kind);
    },
    egress(resource) {
        if (resource.id) {
            if (!map.has(resource.id)) throw missing(resource.id);
            return shown(map.get(resource.id), kind);
        }
        const all = [...map.values()].map(one => shown(one, kind));
        return resource.filter ? resource.filter.match(all) : all;
    },
    degress(resource) {
        if (!map.delete(resource.id)) throw missing(resource.id);
        for (const group of groups.values()) group.members = (group.members ?? []).filter(m => m.value !== resource.id);
    },
});

SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser), store(users, "User"));
SCIMMY.Resources.declare(SCIMMY.Resources.Group, store(groups, "Group"));
SCIMMY.Config.set({patch: true, filter: {supported: true, maxResults: 200}});

const handler = request => {
    if (request.header("Authorization") !== "Bearer reader-token") throw new Error("no token");
    return "reader";
};
const app = express();
app.post("/control", express.json(), (request, response) => {
    Object.assign(mood, request.body);
    response.json(mood);
});
app.use((request, response, next) => {
    if (mood.refuse && request.method === "GET")
        return response.status(mood.refuse).type("application/scim+json").send(JSON.stringify(
            {schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(mood.refuse), detail: "as asked"}));
    next();
});
app.use("/scim/v2", new SCIMMYRouters({type: "bearer", handler}));
const server = app.listen(0, "127.0.0.1", () => console.log(JSON.stringify({port: server.address().port})));
