export BASE='queue_name="pooled",obs_bucket="bkt",checkpoint_enabled=True,checkpoint_interval=1,flink_version="1.15",execution_agency_urn="ag",timeouts={"settle":1}'
VS () 
{ 
    VL "$@" | grep -a 'error\|warn\|rc=\|^orders\|^[a-z0-9-]*:' | grep -v "^    [~+-] pulumi"
}
DS() { echo "## destroy $*"; pulumi destroy --yes --non-interactive --skip-preview --color never "$@" 2>&1 | q; }
