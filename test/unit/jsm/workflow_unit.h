/* workflow_unit.h: replies of Jira with one workflow, piece by piece, and who looks at them. */
#ifndef COUNTERSIGN_TEST_WORKFLOW_UNIT_H
#define COUNTERSIGN_TEST_WORKFLOW_UNIT_H

#include "jsm/jsm_workflow.h"
#include "jsm_unit.h"

#define GROUP "703ff44a-7dc8-4f4b-9aa6-a65bf3574fa4"
#define ACCOUNT "712020:00000000-0000-4000-8000-0000000000c0"
#define RESTRICT(params) "{'ruleKey':'system:restrict-issue-transition','parameters':{" params "}}"
#define ALL(rules) "'conditions':{'operation':'ALL','conditions':[" rules "]},"
#define ANY(rules) "'conditions':{'operation':'ANY','conditions':[" rules "]},"
#define OURS RESTRICT("'groupIds':'" GROUP "'")
#define FIELD "{'ruleKey':'system:check-field-value','id':'r1','parameters':{'fieldId':'cf1'}}"
#define BARE "'actions':[],'validators':[],'triggers':[],'properties':{},'description':''"
#define FROM(ref) "[{'fromStatusReference':'" ref "','fromPort':0,'toPort':1}]"
#define STEP(id, name, from, to, more)                                                      \
    "{'id':'" id "','name':'" name "','type':'DIRECTED','toStatusReference':'" to "'," more \
    "'links':" FROM(from) "," BARE "}"
#define GLOBAL(id, name, to, more)                                                        \
    "{'id':'" id "','name':'" name "','type':'GLOBAL','toStatusReference':'" to "'," more \
    "'links':[]," BARE "}"
#define CREATE                                                                                   \
    "{'id':'1','name':'Create','type':'INITIAL','toStatusReference':'10','links':[{'toPort':1}]" \
    "," BARE "}"
#define STATUS(ref, name, category)                                                             \
    "{'id':'" ref "','name':'" name "','statusReference':'" ref "','statusCategory':'" category \
    "','description':'','scope':{'type':'GLOBAL'}}"
#define SHOWN(ref, more)                                                         \
    "{'statusReference':'" ref "','layout':{'x':10.5,'y':0},'properties':{" more \
    "},'deprecated':false}"
#define KNOWN                                                                                  \
    STATUS("10", "Waiting", "TODO")                                                            \
    "," STATUS("11", "In progress", "IN_PROGRESS") "," STATUS(                                 \
        "12", "Verifying access",                                                              \
        "IN_PROGRESS") "," STATUS("20", "Resolved",                                            \
                                  "DONE") "," STATUS("21", "Cancelled",                        \
                                                     "DONE") "," STATUS("99",                  \
                                                                        "Of another workflow", \
                                                                        "DONE")
/* A reply with one workflow; layouts and transitions as given. */
#define REPLY(scope, layouts, transitions)                                                        \
    "{'statuses':[" KNOWN "],'workflows':[{'id':'wf','name':'IAM','description':'d','isEditable'" \
    ":true,'created':'x','updated':'y','scope':" scope ",'startPointLayout':{'x':-100.0003,'y':"  \
    "-153},'x-new':{'kept':true},'version':{'id':'v','versionNumber':7},'statuses':[" layouts     \
    "],'transitions':[" transitions "]}]}"
#define COMPANY "{'type':'GLOBAL'}"
#define TEAM "{'type':'PROJECT','project':{'id':'10042'}}"
#define FIVE        \
    SHOWN("20", "") \
    "," SHOWN("10", "") "," SHOWN("11", "") "," SHOWN("12", "") "," SHOWN("21", "")
#define FOUR SHOWN("20", "") "," SHOWN("10", "") "," SHOWN("11", "") "," SHOWN("21", "")

static const struct jsm_status_role ROLES[] = {{{"Verifying access", 16}, STATUS_VERIFY},
                                               {{"Resolved", 8}, STATUS_DONE},
                                               {{"Cancelled", 9}, STATUS_CANCELLED}};
static const struct jsm_view VIEW = {.statuses = ROLES, .status_count = 3};
static const struct jsm_gate_key KEY = {.group_id = {GROUP, sizeof GROUP - 1},
                                        .account_id = {ACCOUNT, sizeof ACCOUNT - 1}};

#endif
