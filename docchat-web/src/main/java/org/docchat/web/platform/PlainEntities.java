package org.docchat.web.platform;

import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.bytecode.internal.none.BytecodeProviderImpl;
import org.hibernate.bytecode.spi.BytecodeProvider;
import org.hibernate.service.spi.ServiceContributor;

/**
 * Has Hibernate take entities as they are. It would write a proxy and accessors for each at every start, with a library of
 * 9 MB; no entity of ours is fetched by a proxy, and fields are read by reflection in no more time than a query has.
 */
public final class PlainEntities implements ServiceContributor {
    @Override
    public void contribute(StandardServiceRegistryBuilder registry) {
        registry.addService(BytecodeProvider.class, new BytecodeProviderImpl());
    }
}
